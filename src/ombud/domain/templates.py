"""Templates of answers and letters in Liquid: looked over before anything is sent, filled in whole or not at all (S9).

A template is plain text of a seller. It reaches the fields that it is given and nothing else: it loads no other
template, opens no file, does not know what time it is, and is bounded in what it makes. What a field says is never
read as Liquid.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from ombud.domain.problems import N_, OmbudError, Place, Problem

if TYPE_CHECKING:
    from liquid import BoundTemplate, Token

Value: TypeAlias = str | int | Sequence[Mapping[str, str | int | None]] | None
"""Text, a count, a list of rows; None and "" are what nobody knows."""
Fields: TypeAlias = Mapping[str, tuple[str, ...]]
"""What a template may name; of a list also what each of its rows has."""

LONGEST: Final = 20_000
"""Characters of a template."""
MOST_MADE: Final = 200_000
"""Characters that come out of one."""
MOST_ROUNDS: Final = 1_000
"""Rounds of all its loops."""

FILTERS: Final = (
    "append",
    "capitalize",
    "default",
    "divided_by",
    "downcase",
    "first",
    "last",
    "lstrip",
    "minus",
    "modulo",
    "plus",
    "prepend",
    "remove",
    "round",
    "rstrip",
    "size",
    "slice",
    "squish",
    "strip",
    "times",
    "truncate",
    "truncatewords",
    "upcase",
)
"""Without those that read the clock or write HTML, those that make much out of little (`replace`, `join`), and those
that are silent about a row that lacks what they look for (`map`, `where`)."""
_NO_TAGS: Final = ("include", "render", "tablerow", "increment", "decrement")

_PLAIN = re.compile(r"\{\{\s*(\w+)\s*\}\}")
_STRAY = re.compile(r"\{\{|\}\}|\{%|%\}")
_PATH = re.compile(r"""[\w.'"\[\]-]+""")


def problems_of(template: str, fields: Fields, file: str = "") -> tuple[Problem, ...]:
    """All that is wrong with a template, in the order in which it stands there: what is no Liquid, fields that there
    are not, filters that there are not, braces that would go out as they stand. Every instance has its line.
    """
    if len(template) > LONGEST:
        text = N_("A template has at most {most} characters.")
        return (Problem("template_too_long", text, {"most": LONGEST}, _place(None, file)),)
    plain = _PLAIN.findall(template)
    if not _STRAY.search(_PLAIN.sub("", template)) and all(fields.get(name) == () for name in plain):
        return ()  # fields and nothing else; Liquid takes a tenth of a second to load
    return tuple(_problems(template, fields, file))


def fill(template: str, values: Mapping[str, Value], fields: Fields, file: str = "") -> str:
    """The text with everything filled in. Raises OmbudError with all that is wrong with the template; or with each
    place that wants to say what nobody knows: no half-filled text goes out. A condition on it is no such place.
    """
    if wrong := problems_of(template, fields, file):
        raise OmbudError(*wrong)
    told = {name: _known(value) for name, value in values.items() if value is not None and value != ""}
    text, silent, failed = _made(template, told, file)
    if failed is not None:
        raise OmbudError(failed)
    if silent:
        raise OmbudError(*(_unknown_value(name, token, file) for name, token in silent))
    return text


def _problems(template: str, fields: Fields, file: str) -> Iterator[Problem]:
    from liquid.exceptions import LiquidError

    try:
        parsed = _parsed(template, [])
    except LiquidError as error:
        yield _no_liquid(error, file)
        return
    found = [*_stray(parsed, template, file), *_unknown(parsed, template, fields, file)]
    if not found:  # a row's own fields, and what filters make of them, show only when it is filled in
        full: dict[str, Any] = {name: [dict.fromkeys(parts, "1")] if parts else "1" for name, parts in fields.items()}
        empty: dict[str, Any] = {name: [] for name, parts in fields.items() if parts}
        _, silent, failed = _made(template, full, file)
        found = [_unknown_field(name, _index(token), template, fields, file) for name, token in silent]
        failed = failed or _made(template, empty, file)[2]
        found += [failed] if failed else []
    yield from sorted(found, key=lambda one: (one.place.line or 0, one.place.character or 0) if one.place else (0, 0))


def _parsed(template: str, silent: list[tuple[str, Token | None]]) -> BoundTemplate:
    """Whatever the template wants to say and nobody knows goes to `silent`: the name and where. Raises LiquidError."""
    from liquid import Environment, Undefined

    class Unknown(Undefined):
        """Counts as false in a condition, and as nothing for `default`."""

        __slots__ = ()

        def __str__(self) -> str:
            silent.append((_named(self), self.token))
            return ""

        def __iter__(self) -> Iterator[Any]:
            silent.append((_named(self), self.token))
            return iter(())

        def __len__(self) -> int:
            silent.append((_named(self), self.token))
            return 0

    class Bounded(Environment):
        loop_iteration_limit = MOST_ROUNDS
        output_stream_limit = MOST_MADE * 4  # bytes
        local_namespace_limit = MOST_MADE * 4

    environment = Bounded(undefined=Unknown, autoescape=False)
    for tag in _NO_TAGS:
        del environment.tags[tag]
    environment.filters = {name: environment.filters[name] for name in FILTERS}
    return environment.from_string(template)


def _made(
    template: str, values: Mapping[str, Any], file: str
) -> tuple[str, list[tuple[str, Token | None]], Problem | None]:
    """The text; what nobody knew, each place once; why it could not be made."""
    from liquid.exceptions import LiquidError, LiquidTypeError, ResourceLimitError

    class Row(dict[str, Any]):
        def __str__(self) -> str:
            raise LiquidTypeError("a list has no words of its own; go through it with {% for %}", token=None)

    silent: list[tuple[str, Token | None]] = []
    rows = {name: [Row(row) for row in value] if isinstance(value, list) else value for name, value in values.items()}
    try:
        text = _parsed(template, silent).render(**rows)
    except ResourceLimitError as error:
        words = N_("The template makes more than {most} characters, or goes round more than {rounds} times.")
        bounds = {"most": MOST_MADE, "rounds": MOST_ROUNDS}
        return "", [], Problem("template_too_much", words, bounds, _place(error.token, file))
    except LiquidError as error:
        words = N_("This cannot be worked out: {said}.")
        return "", [], Problem("template_fails", words, {"said": error.message}, _place(error.token, file))
    except (ArithmeticError, ValueError, TypeError, RecursionError) as error:  # numbers beyond all measure
        words = N_("This cannot be worked out: {said}.")
        return "", [], Problem("template_fails", words, {"said": error}, _place(None, file))
    places = {(name, _index(token)): (name, token) for name, token in silent}
    return text, list(places.values()), None


def _stray(parsed: BoundTemplate, template: str, file: str) -> Iterator[Problem]:
    """Braces outside of any field or tag: half of one, that would go out as it stands."""
    from liquid.token import TOKEN_CONTENT

    for token in parsed.env.tokenizer()(template):
        for found in _STRAY.finditer(token.value) if token.kind == TOKEN_CONTENT else ():
            text = N_("{braces} stands alone: it neither begins nor ends a field here.")
            place = _at(template, token.start_index + found.start(), file)
            yield Problem("template_syntax", text, {"braces": found[0]}, place, mend=_WRITTEN)


def _unknown(parsed: BoundTemplate, template: str, fields: Fields, file: str) -> Iterator[Problem]:
    """Fields and filters that there are not."""
    analysis = parsed.analyze(include_partials=False)
    for name, places in analysis.globals.items():
        for place in places if name not in fields else ():
            yield _unknown_field(name, place.span.index, template, fields, file)
    for name, spans in analysis.filters.items():
        for span in spans if name not in FILTERS else ():
            near = difflib.get_close_matches(name, FILTERS) or FILTERS
            values = {"filter": name, "near": ", ".join(near)}
            text, mend = N_("There is no filter {filter}."), N_("What there is: {near}.")
            yield Problem("unknown_filter", text, values, _at(template, span.index, file), mend=mend)


def _unknown_field(name: str, index: int, template: str, fields: Fields, file: str) -> Problem:
    rows = [part for parts in fields.values() for part in parts]
    near = difflib.get_close_matches(name.rpartition(".")[2], rows if "." in name else list(fields))
    return Problem(
        "unknown_field",
        N_("There is no field {field}."),
        {"field": name, "near": ", ".join(near)},
        _at(template, index, file),
        mend=N_("The nearest names are: {near}.") if near else N_("`ombud template fields` lists them."),
    )


def _unknown_value(name: str, token: Token | None, file: str) -> Problem:
    return Problem(
        "response_incomplete",
        N_("The response cannot be filled in: {fields} is not known."),
        {"fields": name},
        _place(token, file),
        mend=_KNOWN_ONCE.get(name.rpartition(".")[2], _CONDITION),
    )


_TRACKED: Final = N_("It can be once the track says delivered and who signed; or write it by hand.")
_CONDITION: Final = N_("Put it under a condition, {{% if {fields} %}} … {{% endif %}}, or write it by hand.")
_KNOWN_ONCE: Final = {
    "delivered_at": _TRACKED,
    "signed_by": _TRACKED,
    "evidence": N_("Put it ready first: `ombud evidence add`."),
}
_WRITTEN: Final = N_("A field is written {{{{ order_number }}}}, a condition {{% if signed_by %}} … {{% endif %}}.")


def _no_liquid(error: Any, file: str) -> Problem:
    text = N_("This is no Liquid: {said}.")
    return Problem("template_syntax", text, {"said": error.message}, _place(error.token, file), mend=_WRITTEN)


def _named(unknown: Any) -> str:
    """The whole path as it stands in the template: `parcel.signed_by`."""
    token = unknown.token
    found = _PATH.match(token.source, token.start_index) if token is not None and token.start_index >= 0 else None
    return found[0] if found else str(unknown.name)


def _known(value: Value) -> Any:
    """Rows without what nobody knows of them."""
    if value is None or isinstance(value, (str, int)):
        return value
    return [{name: part for name, part in row.items() if part is not None and part != ""} for row in value]


def _index(token: Token | None) -> int:
    return token.start_index if token is not None else -1


def _place(token: Token | None, file: str) -> Place | None:
    return _at(token.source, token.start_index, file) if token is not None else _at("", -1, file)


def _at(template: str, index: int, file: str) -> Place | None:
    """Line and character, both from 1; None where the template is of no file."""
    if not file or index < 0:
        return Place(file) if file else None
    return Place(file, line=template.count("\n", 0, index) + 1, character=index - template.rfind("\n", 0, index))
