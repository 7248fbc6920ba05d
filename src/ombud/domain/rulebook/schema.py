"""The JSON Schema of a book, so that editors complete and check it while it is written."""

from __future__ import annotations

from typing import Any

from ombud.domain.facts import Kind
from ombud.domain.rulebook.book import BookText
from ombud.domain.rulebook.vocabulary import COLUMNS

_WHERE = "Where"


def schema() -> dict[str, Any]:
    """JSON Schema, draft 2020-12, made from the very models that read a book."""
    whole = BookText.model_json_schema(by_alias=True)
    _refer(whole)
    whole["$defs"] |= _conditions()
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **whole, "title": "A rulebook of Ombud"}


def _refer(node: Any) -> None:
    """Every map of conditions becomes a reference to the one description of them."""
    if isinstance(node, dict):
        if node.get("title") == _WHERE and node.get("type") == "object":
            for key in ("type", "title"):
                del node[key]
            node["$ref"] = f"#/$defs/{_WHERE}"
        for value in node.values():
            _refer(value)
    elif isinstance(node, list):
        for value in node:
            _refer(value)


def _conditions() -> dict[str, Any]:
    """The words of `where`: every field of the facts with what it may be compared to, and the words between facts."""
    names = {"type": "array", "items": {"type": "string"}, "minItems": 1}
    span = {"type": "string", "pattern": "^[0-9]{1,6}[smhd]$"}
    within = {
        "type": "object",
        "description": "start is no later than the span after the first of these instants that is past.",
        "properties": {"span": span, "of_first": names},
        "required": ["span", "of_first"],
        "additionalProperties": False,
    }
    inner = {f"Where {fact}": {**_map(_fields(fact)), "minProperties": 1} for fact in ("line", "parcel")}
    words = {
        **{f"{verb} {fact}": _ref(f"Where {fact}") for verb in ("some", "no") for fact in ("line", "parcel")},
        "within": within,
        "is": {**names, "description": "Named conditions of the book, all of them."},
        "is_not": {**names, "description": "Named conditions of the book, none of them."},
    }
    fields = {name: wanted for fact in COLUMNS for name, wanted in _fields(fact).items()}
    said = "Conditions; all must hold. A null field makes its condition false, but is in no list."
    return {_WHERE: {"description": said, **_map({**fields, **words})}, **inner, **_comparisons()}


def _fields(fact: str) -> dict[str, Any]:
    return {f"{fact}.{name}": _wanted(column.kind, column.choices) for name, column in COLUMNS[fact].items()}


def _wanted(kind: Kind, choices: tuple[str, ...]) -> dict[str, Any]:
    if choices:
        return _compared({"enum": list(choices)})
    names = {Kind.INSTANT: "instant", Kind.MONEY: "money", Kind.COUNT: "count"}
    return _ref(f"Wanted {names.get(kind, 'text')}")


def _comparisons() -> dict[str, Any]:
    whole: dict[str, Any] = {"type": "integer"}
    least = {"type": "object", "propertyNames": {"pattern": "^[A-Z]{3}$"}, "additionalProperties": whole}
    return {
        "Wanted instant": _only("by", {"const": "start"}),
        "Wanted text": _compared({"type": "string"}),
        "Wanted count": _compared(whole),
        "Wanted money": _compared(whole, _only("at_least", {**least, "minProperties": 1})),
    }


def _compared(value: dict[str, Any], *ways: dict[str, Any]) -> dict[str, Any]:
    values = {"type": "array", "items": value, "minItems": 1}
    named = {"anyOf": [{"type": "string"}, values]}
    return {"anyOf": [value, values, _only("in", named), _only("not_in", named), *ways]}


def _only(key: str, value: dict[str, Any]) -> dict[str, Any]:
    return {**_map({key: value}), "required": [key]}


def _map(properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "additionalProperties": False}


def _ref(name: str) -> dict[str, Any]:
    return {"$ref": f"#/$defs/{name}"}
