"""The words that clauses are written in: spans, instants, citations, fractions, sizes, texts, conditions.

Each is a type for the models of the clauses: it reads what the file has, says what is wrong with it, and describes
itself in the JSON Schema.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Annotated, Any, Generic, TypeAlias, TypeVar
from zoneinfo import ZoneInfo

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainValidator,
    Strict,
    WithJsonSchema,
)
from pydantic_core import PydanticCustomError

from ombud.domain.codes import COUNTRIES
from ombud.domain.conditions import Condition, parse_where
from ombud.domain.instants import parse_instant, parse_span
from ombud.domain.problems import N_, OmbudError, Problem

LANGUAGES = ("en", "ru", "zh")
_SIZES = {"B": 1, "KB": 10**3, "MB": 10**6, "GB": 10**9, "KiB": 2**10, "MiB": 2**20, "GiB": 2**30}


class Faults:
    """Problems found inside one value, each with its path from there. Rides through pydantic in an error's context."""

    def __init__(self, found: Sequence[tuple[tuple[str | int, ...], Problem]]) -> None:
        self.found = tuple(found)


def refuse(*found: tuple[tuple[str | int, ...], Problem]) -> PydanticCustomError:
    """What a validator raises to say `found`: pairs of a path from the value on and the problem there."""
    return PydanticCustomError("ombud", "refused", {"faults": Faults(found)})


def _reads(parse: Callable[[str], object]) -> Callable[[object], object]:
    def read(value: object) -> object:
        if not isinstance(value, str):
            raise refuse(((), _no_text(value)))
        try:
            return parse(value)
        except OmbudError as error:
            raise refuse(*(((), problem) for problem in error.problems)) from None

    return read


def _no_text(value: object) -> Problem:
    return Problem("no_text", N_("{value!r} is no text."), {"value": value}, mend=N_("Put quotes around it."))


def _read_cite(value: object) -> str:
    cites = [value] if isinstance(value, str) else value
    if isinstance(cites, list) and cites and all(isinstance(c, str) for c in cites):
        return ", ".join(cites)
    raise refuse(
        (
            (),
            Problem(
                "no_citation",
                N_("{value!r} cites nothing."),
                {"value": value},
                mend=N_("Name a row of the book's sources, or several in a list."),
            ),
        )
    )


def _read_size(text: str) -> int:
    match = re.fullmatch(r"([1-9][0-9]*)([KMG]?i?B)", text)
    if not match or match[2] not in _SIZES:
        raise OmbudError(
            Problem(
                "no_size",
                N_("{text!r} is no size of a file."),
                {"text": text, "units": ", ".join(_SIZES)},
                mend=N_("Write a whole number and one of {units}: 10MB."),
            )
        )
    return int(match[1]) * _SIZES[match[2]]


def _read_number(value: object) -> Decimal:
    if isinstance(value, Decimal | int) and not isinstance(value, bool):
        return Decimal(value)
    raise refuse(
        ((), Problem("no_number", N_("{value!r} is no number."), {"value": value}, mend=N_("Write it like 0.15.")))
    )


def _read_pattern(text: str) -> str:
    try:
        re.compile(text)
    except (re.error, OverflowError, RecursionError) as error:
        raise OmbudError(
            Problem("no_pattern", N_("{text!r} is no regular expression: {reason}."), {"text": text, "reason": error})
        ) from None
    return text


def _read_where(value: object) -> tuple[Condition, ...]:
    if not isinstance(value, dict):
        raise refuse(
            (
                (),
                Problem(
                    "no_conditions",
                    N_("{value!r} is no map of conditions."),
                    {"value": value},
                    mend=N_("Write field: value pairs."),
                ),
            )
        )
    conditions: list[Condition] = []
    found: list[tuple[tuple[str | int, ...], Problem]] = []
    for word, wanted in value.items():
        try:
            conditions += parse_where({word: wanted})
        except OmbudError as error:
            found += [((word,), problem) for problem in error.problems]
    if found:
        raise refuse(*found)
    return tuple(conditions)


def _known_country(code: str) -> str:
    if code not in COUNTRIES:
        problem = Problem("no_country", N_("{code!r} is no country of ISO 3166-1."), {"code": code})
        raise refuse(((), problem))
    return code


def _known_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise refuse(((), Problem("no_timezone", N_("{value!r} is no time zone."), {"value": name}))) from None
    return name


def _one_or_more(value: object) -> object:
    return [value] if isinstance(value, str) else value


Slug: TypeAlias = Annotated[str, Field(pattern=r"^[a-z][a-z0-9]*([-_.][a-z0-9]+)*$")]
Word: TypeAlias = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
Whole: TypeAlias = Annotated[int, Strict(), Field(ge=0)]
Flag: TypeAlias = Annotated[bool, Strict()]
Text: TypeAlias = Annotated[str, Field(min_length=1)]
FieldName: TypeAlias = Annotated[str, Field(pattern=r"^[a-z]+\.[a-z_]+$")]
Language: TypeAlias = Annotated[str, Field(pattern=r"^[a-z]{2}$")]
Zone: TypeAlias = Annotated[str, Field(pattern=r"^[A-Za-z]+(/[A-Za-z0-9_+-]+)*$"), AfterValidator(_known_zone)]
Currency: TypeAlias = Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
Country: TypeAlias = Annotated[str, Field(pattern=r"^[A-Z]{2}$"), AfterValidator(_known_country)]

Instant: TypeAlias = Annotated[
    datetime,
    PlainValidator(_reads(parse_instant)),
    WithJsonSchema({"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}(T.*(Z|[+-]\d{2}:\d{2}))?$"}),
]
Span: TypeAlias = Annotated[
    timedelta,
    PlainValidator(_reads(parse_span)),
    WithJsonSchema({"type": "string", "pattern": r"^[0-9]{1,6}[smhd]$", "examples": ["48h", "15m", "90d"]}),
]
Size: TypeAlias = Annotated[
    int,
    PlainValidator(_reads(_read_size)),
    WithJsonSchema({"type": "string", "pattern": r"^[1-9][0-9]*([KMG]i?)?B$", "examples": ["10MB"]}),
]
Cite: TypeAlias = Annotated[
    str,
    PlainValidator(_read_cite),
    WithJsonSchema(
        {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}, "minItems": 1}]},
    ),
]
Number: TypeAlias = Annotated[Decimal, BeforeValidator(_read_number), WithJsonSchema({"type": "number"})]
Fraction: TypeAlias = Annotated[
    Decimal,
    BeforeValidator(_read_number),
    Field(ge=0, le=1),
    WithJsonSchema({"type": "number", "minimum": 0, "maximum": 1}),
]
Pattern: TypeAlias = Annotated[
    str, PlainValidator(_reads(_read_pattern)), WithJsonSchema({"type": "string", "format": "regex"})
]
Where: TypeAlias = Annotated[
    tuple[Condition, ...], PlainValidator(_read_where), WithJsonSchema({"type": "object", "title": "Where"})
]
Names: TypeAlias = Annotated[
    tuple[Text, ...],
    BeforeValidator(_one_or_more),
    Field(min_length=1),
    WithJsonSchema(
        {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}, "minItems": 1}]},
    ),
]
"""One name, or several in a list."""


class Part(BaseModel):
    """A part of a clause: refuses keys that it does not know, and never changes."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True, populate_by_name=False)


class Texts(Part):
    """One text in the three languages of Ombud."""

    en: Text
    ru: Text
    zh: Text

    def speak(self, language: str) -> str:
        """The text in `language`: en, ru or zh. Raises KeyError for another one."""
        return {"en": self.en, "ru": self.ru, "zh": self.zh}[language]


class Version(Part):
    """One dated version of a clause."""

    valid_from: Instant = Field(alias="from")
    """The first instant at which it is in force: a date (its first instant in UTC) or an instant with Z."""
    until: Instant | None = None
    """The instant from which it is in force no more. Only where nothing takes its place."""
    cite: Cite
    """The rows of the requirements that say so."""
    note: Text | None = None
    """For the reader of the book: how the source was read, or what was chosen where it says nothing."""

    def meaning(self) -> Any:
        """What the clause gives to those who ask for it: by default the version itself."""
        return self


V = TypeVar("V", bound=Version)
Versions: TypeAlias = Annotated[tuple[V, ...], Field(min_length=1)]

X = TypeVar("X")


class Single(Version, Generic[X]):
    """A version that holds one value."""

    value: X

    def meaning(self) -> X:
        return self.value
