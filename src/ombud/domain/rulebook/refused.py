"""What pydantic says about a clause, in Ombud's own words: one problem for each fault, with its line and the mend."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError

from ombud.domain.problems import N_, Problem
from ombud.domain.rulebook.source import Path, Source
from ombud.domain.rulebook.words import Faults

_WANTED: Mapping[str, str] = {
    "string_type": N_("{value!r} is no text."),
    "string_too_short": N_("The text is empty."),
    "string_pattern_mismatch": N_("{value!r} does not have the form {pattern}."),
    "int_type": N_("{value!r} is no whole number."),
    "bool_type": N_("{value!r} is neither true nor false."),
    "literal_error": N_("{value!r} is none of {expected}."),
    "tuple_type": N_("A list must stand here, not {value!r}."),
    "dict_type": N_("A map must stand here, not {value!r}."),
    "model_type": N_("A map must stand here, not {value!r}."),
    "too_short": N_("At least {min_length} must stand here."),
    "too_long": N_("At most {max_length} may stand here."),
    "greater_than_equal": N_("{value} is less than {ge}."),
    "less_than_equal": N_("{value} is more than {le}."),
    "greater_than": N_("{value} is not more than {gt}."),
    "less_than": N_("{value} is not less than {lt}."),
}


def problems_of(error: ValidationError, source: Source, path: Path, model: type[BaseModel]) -> list[Problem]:
    """The faults that pydantic found in the value at `path` of `source`."""
    return [problem for fault in error.errors() for problem in _problems(fault, source, path, model)]


def _problems(fault: Any, source: Source, path: Path, model: type[BaseModel]) -> list[Problem]:
    within: Path = fault["loc"]
    context = fault.get("ctx", {})
    faults = context.get("faults")
    if isinstance(faults, Faults):
        return [
            replace(problem, place=replace(source.place((*path, *within, *deeper)), column=_dotted(path, within)))
            for deeper, problem in faults.found
        ]
    place = replace(source.place((*path, *within)), column=_dotted(path, within))
    if fault["type"] == "missing":
        return [Problem("key_missing", N_("It lacks {key}."), {"key": within[-1]}, place, N_("Add it."))]
    if fault["type"] == "extra_forbidden":
        known = ", ".join(_known(model, within[:-1]))
        return [
            Problem(
                "unknown_key",
                N_("There is no {key!r} here."),
                {"key": within[-1], "known": known},
                place,
                N_("Known here: {known}.") if known else "",
            )
        ]
    text = _WANTED.get(fault["type"])
    if text is None:
        return [Problem("wrong_value", N_("{value!r} does not fit: {reason}."), _values(fault, context), place)]
    return [Problem(str(fault["type"]), text, _values(fault, context), place)]


def _values(fault: Any, context: Mapping[str, Any]) -> dict[str, object]:
    values = {"value": fault["input"], "reason": fault["msg"], **context}
    if "expected" in context:
        values["expected"] = context["expected"].replace(" or ", ", ")  # a list has no language
    return values


def _dotted(path: Path, within: Path) -> str:
    return ".".join(str(step) for step in (*path, *within) if not isinstance(step, int) and step != "[key]")


def _known(model: Any, within: Path) -> list[str]:
    """The keys of the model that stands at `within`, from `model` on; none where that cannot be told."""
    while get_origin(model) is Annotated:
        model = get_args(model)[0]
    origin = get_origin(model)
    if origin in (Union, UnionType):
        model = next((each for each in get_args(model) if each is not type(None)), None)
        return _known(model, within)
    if origin is tuple or origin is dict:
        return _known(get_args(model)[0 if origin is tuple else 1], within[1:])
    if not (isinstance(model, type) and issubclass(model, BaseModel)):
        return []
    if not within:
        return [field.alias or name for name, field in model.model_fields.items()]
    for name, field in model.model_fields.items():
        if (field.alias or name) == within[0]:
            return _known(field.annotation, within[1:])
    return []
