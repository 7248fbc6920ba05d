"""The whole of a book: as it is written (`BookText`, the models that check it) and as it is used (`Rulebook`)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Annotated, Any

from pydantic import Field

from ombud.domain.conditions import Condition
from ombud.domain.instants import format_instant
from ombud.domain.problems import N_, OmbudError, Problem
from ombud.domain.rulebook.clauses.carriers import CarrierVersion
from ombud.domain.rulebook.clauses.estimates import NeedsVersion, PriorVersion
from ombud.domain.rulebook.clauses.evidence import (
    ContentVersion,
    EvidenceVersion,
    FilesVersion,
    KindVersion,
    MarkVersion,
)
from ombud.domain.rulebook.clauses.health import FigureVersion
from ombud.domain.rulebook.clauses.money import Money
from ombud.domain.rulebook.clauses.notices import NoticeVersion, ReportVersion, ResponseVersion
from ombud.domain.rulebook.clauses.reasons import ReasonVersion
from ombud.domain.rulebook.clauses.rulings import EnrolmentVersion, RouteVersion, RulingVersion, SanctionVersion
from ombud.domain.rulebook.clauses.triggers import (
    ConditionVersion,
    Cover,
    CoverVersion,
    ListVersion,
    Tracks,
    TrackVersion,
    Trigger,
    TriggerVersion,
    ViolationVersion,
)
from ombud.domain.rulebook.clauses.windows import Platform, StatesVersion, Windows
from ombud.domain.rulebook.dated import Dated
from ombud.domain.rulebook.words import Part, Slug, Text, Texts, Versions, Word


class Cited(Part):
    """A document that the book is drawn from, by rows."""

    title: Text
    rows: Annotated[dict[Annotated[str, Field(pattern=r"^[A-Z]+[0-9]+[a-z]?$")], Text], Field(min_length=1)]
    """Row id -> what the row says, in one line."""


class Head(Part):
    """What a book says about itself."""

    name: Slug
    """The name of the platform: what a store's `platform` says."""
    title: Texts
    sources: Annotated[tuple[Cited, ...], Field(min_length=1)]


class BookText(Head):
    """A rulebook as its file has it. Every clause is a list of versions, the oldest first."""

    covers: Versions[CoverVersion]
    """The stores and orders that it speaks of."""
    enrolment: Versions[EnrolmentVersion] = ()
    """What a store hands in to come under it."""
    lists: dict[Word, Versions[ListVersion]] = Field(default_factory=dict)
    """Dated lists, for conditions to name."""
    conditions: dict[Word, Versions[ConditionVersion]] = Field(default_factory=dict)
    """Named conditions, for other conditions to name."""
    triggers: dict[Word, Versions[TriggerVersion]]
    """What makes an order a case, and when. The name of a trigger is the name of the violation."""
    violations: dict[Word, Versions[ViolationVersion]] = Field(default_factory=dict)
    """What people are told about each."""
    routes: dict[Slug, Versions[RouteVersion]] = Field(default_factory=dict)
    """The places that other complaints go to."""
    tracks: Versions[TrackVersion] = ()
    """What a track can be."""
    carriers: dict[Slug, Versions[CarrierVersion]] = Field(default_factory=dict)
    """Forms of tracking numbers by carrier."""
    windows: Windows = Windows()
    platform: Platform = Platform()
    states: Versions[StatesVersion] = ()
    """Our states in the platform's words."""
    evidence: dict[Word, Versions[EvidenceVersion]] = Field(default_factory=dict)
    """What a case asks for, by violation."""
    kinds: dict[Word, Versions[KindVersion]] = Field(default_factory=dict)
    """The kinds of evidence."""
    marks: dict[Word, Versions[MarkVersion]] = Field(default_factory=dict)
    """What must be legible on evidence."""
    files: Versions[FilesVersion] = ()
    """What the gate takes."""
    content: Versions[ContentVersion] = ()
    """What holds for all evidence."""
    reasons: dict[str, Versions[ReasonVersion]] = Field(default_factory=dict)
    """The platform's codes."""
    rulings: Versions[RulingVersion] = ()
    """How cases are decided."""
    money: Money = Money()
    sanctions: dict[Word, Versions[SanctionVersion]] = Field(default_factory=dict)
    """What follows for stores, carriers, warehouses and buyers."""
    health: dict[Word, Versions[FigureVersion]] = Field(default_factory=dict)
    """The figures of a store."""
    priors: dict[Word, Versions[PriorVersion]] = Field(default_factory=dict)
    """Percentages about the world. They weigh a risk and never decide a case."""
    estimate: Versions[NeedsVersion] = ()
    """What a cost estimate needs to know."""
    notices: Versions[NoticeVersion] = ()
    """What goes out when a case opens."""
    responses: Versions[ResponseVersion] = ()
    """Automatic responses."""
    reports: Versions[ReportVersion] = ()
    """By what cases are grouped."""


@dataclass(frozen=True, eq=False)
class Rulebook:
    """A book in use. Clauses have dotted names: `windows.response`, `triggers.no_first_scan`, `covers`."""

    name: str
    title: Texts
    file: str
    text: str = field(repr=False)
    digest: str  # SHA-256 of `text`, hex
    rows: Mapping[str, str] = field(repr=False)  # row id -> what it says
    clauses: Mapping[str, tuple[Dated[Any], ...]] = field(repr=False)  # in the order of the file

    @property
    def covers(self) -> tuple[Dated[Cover], ...]:
        """Whom it speaks of; never empty."""
        return self.clauses["covers"]

    @property
    def tracks(self) -> tuple[Dated[Tracks], ...]:
        """Empty where the book judges no tracks."""
        return self.clauses.get("tracks", ())

    @property
    def conditions(self) -> Mapping[str, tuple[Dated[tuple[Condition, ...]], ...]]:
        return self.under("conditions")

    @property
    def lists(self) -> Mapping[str, tuple[Dated[tuple[str, ...]], ...]]:
        return self.under("lists")

    @property
    def triggers(self) -> Mapping[str, tuple[Dated[Trigger], ...]]:
        return self.under("triggers")

    @cached_property
    def starts_at(self) -> datetime:
        """The first instant at which a trigger is in force."""
        return min(versions[0].valid_from for versions in self.triggers.values())

    def under(self, section: str) -> Mapping[str, tuple[Dated[Any], ...]]:
        """The clauses of a section by their names within it, in the order of the file; empty where it has none."""
        start = f"{section}."
        return {name.removeprefix(start): versions for name, versions in self.clauses.items() if name.startswith(start)}

    def in_force(self, clause: str, at: datetime) -> Dated[Any]:
        """The version of `clause` in force at `at`. Raises OmbudError where the book has none: nothing is assumed."""
        versions = self.clauses.get(clause)
        if versions is None:
            raise OmbudError(
                Problem(
                    "no_clause",
                    N_("The rulebook {book} has no clause {clause}, asked for as of {at}."),
                    {"book": self.name, "clause": clause, "at": format_instant(at)},
                    mend=N_("`ombud rulebook show {book}` lists its clauses."),
                )
            )
        found: Dated[Any] | None = next((version for version in versions if version.holds_at(at)), None)
        if found is not None:
            return found
        raise OmbudError(
            Problem(
                "none_in_force",
                N_("The rulebook {book} has no {clause} in force at {at}."),
                {
                    "book": self.name,
                    "clause": clause,
                    "at": format_instant(at),
                    "first": format_instant(versions[0].valid_from),
                },
                mend=N_("Its first version is in force from {first}."),
            )
        )

    def version_at(self, clause: str, at: datetime) -> Dated[Any] | None:
        """The version in force at `at`, or the first one where the book began later; None: there is no such clause.

        The former is what a case goes by; the latter holds where a book was applied to facts older than itself.
        """
        versions = self.clauses.get(clause, ())
        return next((one for one in versions if one.holds_at(at)), versions[0] if versions else None)

    def value(self, clause: str, at: datetime) -> Any:
        """The value of `clause` in force at `at`. Raises OmbudError where the book has none."""
        return self.in_force(clause, at).value
