"""Spans of time, the platform's words, and other clauses of one value."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Literal, TypeAlias

from pydantic import Field

from ombud.domain.rulebook.clauses.notices import IntegrationVersion, PortalVersion, ValuesVersion
from ombud.domain.rulebook.words import Part, Span, Text, Version, Versions

State: TypeAlias = Literal[
    "opened",  # the window is running and nothing was handed in yet
    "evidence_required",  # seen by the seller, evidence outstanding
    "under_review",  # handed in
    "evidence_rejected",  # can be mended while the window is open
    "won",  # ruled for the seller
    "rejected",  # ruled against the seller
    "lost",  # the window shut with nothing handed in that counts
    "withdrawn",  # by the buyer
    "conceded",  # accepted by the merchant
]


class SpanVersion(Version):
    value: Span

    def meaning(self) -> timedelta:
        return self.value


class SpansVersion(Version):
    values: Annotated[tuple[Span, ...], Field(min_length=1)]

    def meaning(self) -> tuple[timedelta, ...]:
        return self.values


class StatesVersion(Version):
    value: Annotated[dict[State, Text], Field(min_length=1)]
    """Our state -> the platform's own word for it. What is not named, this platform does not know."""

    def meaning(self) -> dict[State, str]:
        return self.value


class Windows(Part):
    """How long everything takes. Review least and most count from the submission, the others are named for what they
    measure."""

    response: Versions[SpanVersion] = ()
    """From the opening of the case until evidence is taken no more."""
    review_least: Versions[SpanVersion] = ()
    """From the submission: no ruling takes effect sooner."""
    review_most: Versions[SpanVersion] = ()
    """From the submission: by then the recommendation stands."""
    whole_case: Versions[SpanVersion] = ()
    """From the opening: the longest that a case lasts. A check that the book adds up: response + review_most fit in."""
    reminders: Versions[SpansVersion] = ()
    """Before the window shuts: when the seller is told again."""
    keep_packing_video: Versions[SpanVersion] = ()
    """From the packing: a video is kept at least as long."""
    push_retry: Versions[SpanVersion] = ()
    """From a failed push of a number or status: it is tried again by then."""


class Platform(Part):
    """How the platform itself behaves."""

    refresh: Versions[SpanVersion] = ()
    """How often the platform renews its own list of cases."""
    portal: Versions[PortalVersion] = ()
    """Where its cases stand, for a person."""
    tiers: Versions[ValuesVersion] = ()
    """The ratings of stores, the lowest first."""
    integration: Versions[IntegrationVersion] = ()
    """How an ERP or WMS is linked."""
