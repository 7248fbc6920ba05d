"""Who a book covers, and what turns an order into a case: covers, conditions, lists, triggers, titles of violations."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Literal, TypeAlias

from pydantic import BeforeValidator, Field, WithJsonSchema

from ombud.domain.conditions import Condition
from ombud.domain.rulebook.words import Country, FieldName, Names, Part, Slug, Span, Texts, Version, Where, Whole

Fact: TypeAlias = Literal["order", "parcel", "complaint"]
Opens: TypeAlias = Literal["case", "review", "route"]
Each: TypeAlias = Literal["order", "complaint"]


@dataclass(frozen=True)
class Trigger:
    """When an order becomes a case: over the rows of `over` (pairs, where two), where the conditions hold.

    It fires at the latest of the instants `start` plus `wait`, unless one of the instants `unless` is no later than
    that. `opens` says what comes of it: a case, a finding for a person to review, or a complaint routed elsewhere,
    namely to the first of `routed_to` whose conditions hold. It fires once for an order or once for `each` complaint.
    """

    over: tuple[str, ...]
    where: tuple[Condition, ...]
    start: tuple[str, ...]
    wait: timedelta
    unless: tuple[str, ...]
    opens: Opens
    routed_to: tuple[tuple[str, tuple[Condition, ...]], ...]
    each: Each = "order"


@dataclass(frozen=True)
class Cover:
    """The orders that a book speaks of. `since`: instants that must have come (none null, none later than the firing);
    `unless`: instants that rule every firing out, at the instant or before."""

    where: tuple[Condition, ...]
    since: tuple[str, ...]
    unless: tuple[str, ...]


@dataclass(frozen=True)
class Tracks:
    """What a track can be.

    virtual_codes: scan codes that show no goods moving and never count as a scan.
    stages: how far along a code is; time must not run against it. Codes not named are not judged.
    least_travel: the least time between scans in two countries; other pairs: `least_travel_default`.
    networks: carrier -> CIDRs from which it scans; a carrier not named is not judged.
    destinations: site -> country that its orders go to.
    """

    virtual_codes: tuple[str, ...]
    stages: Mapping[str, int]
    least_travel_default: timedelta
    least_travel: Mapping[frozenset[str], timedelta]
    networks: Mapping[str, tuple[str, ...]]
    destinations: Mapping[str, str]


def _one_or_more(value: object) -> object:
    return [value] if isinstance(value, str) else value


def _latest(value: object) -> object:
    match value:
        case str():
            return [value]
        case {"latest": list() as fields, **rest} if not rest:
            return fields
        case _:
            return value


_FIELDS_SCHEMA = {"type": "array", "items": {"type": "string", "pattern": r"^[a-z]+\.[a-z_]+$"}, "minItems": 1}
_Fields: TypeAlias = Annotated[
    tuple[FieldName, ...],
    BeforeValidator(_one_or_more),
    WithJsonSchema({"anyOf": [_FIELDS_SCHEMA["items"], _FIELDS_SCHEMA]}),
]
_Start: TypeAlias = Annotated[
    tuple[FieldName, ...],
    BeforeValidator(_latest),
    Field(min_length=1),
    WithJsonSchema(
        {
            "anyOf": [
                _FIELDS_SCHEMA["items"],
                {
                    "type": "object",
                    "properties": {"latest": _FIELDS_SCHEMA},
                    "required": ["latest"],
                    "additionalProperties": False,
                },
            ]
        }
    ),
]
_Over: TypeAlias = Annotated[
    tuple[Fact, ...],
    BeforeValidator(_one_or_more),
    Field(min_length=1),
    WithJsonSchema(
        {
            "anyOf": [
                {"enum": ["order", "parcel", "complaint"]},
                {"type": "array", "items": {"enum": ["parcel", "complaint"]}, "minItems": 1, "uniqueItems": True},
            ]
        }
    ),
]


class CoverVersion(Version):
    where: Where
    since: _Fields = ()
    """Instants that must have come before anything fires."""
    unless: _Fields = ()
    """Instants that rule out everything that would fire at them or later."""

    def meaning(self) -> Cover:
        return Cover(self.where, self.since, self.unless)


class ConditionVersion(Version):
    where: Where

    def meaning(self) -> tuple[Condition, ...]:
        return self.where


class ListVersion(Version):
    values: Names

    def meaning(self) -> tuple[str, ...]:
        return self.values


class Route(Part):
    """A place that a complaint goes to, and the conditions under which it does."""

    to: Slug
    where: Where = ()


class TriggerVersion(Version):
    over: _Over
    """What it reads one by one: order, parcel, complaint, or the pairs [parcel, complaint] of one order."""
    where: Where = ()
    start: _Start
    """The instant it counts from: a field, or {latest: [fields]}."""
    wait: Span = timedelta(0)
    unless: _Fields = ()
    """Instants that rule it out where they come no later than start + wait."""
    opens: Opens
    """case: opens a case; review: a finding for a person to confirm; route: not a case of this book, see routed_to."""
    routed_to: tuple[Route, ...] = ()
    """The first whose conditions hold. The last has none."""
    each: Each = "order"
    """order: one firing per order, the earliest; complaint: one for every complaint (only over: complaint)."""

    def meaning(self) -> Trigger:
        routes = tuple((route.to, route.where) for route in self.routed_to)
        return Trigger(self.over, self.where, self.start, self.wait, self.unless, self.opens, routes, self.each)


class ViolationVersion(Version):
    title: Texts
    """What happened, as the notice says it."""
    save: Texts | None = None
    """The step that keeps an order at risk from becoming a case."""


class TravelTime(Part):
    between: tuple[Country, Country]
    least: Span


class TrackVersion(Version):
    virtual_codes: Names
    stages: dict[str, Whole]
    least_travel_default: Span
    least_travel: tuple[TravelTime, ...] = ()
    networks: dict[Slug, Names] = Field(default_factory=dict)
    destinations: dict[str, Country] = Field(default_factory=dict)

    def meaning(self) -> Tracks:
        return Tracks(
            self.virtual_codes,
            self.stages,
            self.least_travel_default,
            {frozenset(pair.between): pair.least for pair in self.least_travel},
            self.networks,
            self.destinations,
        )
