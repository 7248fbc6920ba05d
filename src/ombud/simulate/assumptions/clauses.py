"""What a file of assumptions holds: shares and spans of time by platform, each dated and each with its ground."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Annotated, Literal, TypeAlias

from pydantic import AfterValidator, Field, model_validator

from ombud.domain.problems import N_, Problem
from ombud.domain.rulebook.book import Cited
from ombud.domain.rulebook.words import Cite, Fraction, Instant, Part, Slug, Span, Text, Texts, Where, Word, refuse

Language: TypeAlias = Literal["own", "contractor", "certified"]
"""Who makes the documents in the language of the platform: an own team, a contractor, a certified provider."""


class Stated(Part):
    """Something assumed. Where it comes from must stand beside it."""

    cite: Cite | None = None
    """The rows of the sources that say so."""
    note: Text | None = None
    """What it rests on where no source says so."""

    @model_validator(mode="after")
    def _grounded(self) -> Stated:
        if self.cite is None and self.note is None:
            text = N_("Nothing says where this comes from.")
            mend = N_("Add cite with a row of the sources, or a note.")
            raise refuse(((), Problem("no_ground", text, mend=mend)))
        return self


class StatedVersion(Stated):
    valid_from: Instant = Field(alias="from")
    """The first instant at which it is assumed: a date or an instant with Z."""


def _ascending(spans: Sequence[object]) -> Sequence[object]:
    if any(later < earlier for earlier, later in pairwise(spans)):  # type: ignore[operator]
        text = N_("The spans must not fall: the first is the soonest, the last the latest.")
        raise refuse(((), Problem("spans_fall", text)))
    return spans


Spans: TypeAlias = Annotated[tuple[Span, ...], Field(min_length=2), AfterValidator(_ascending)]
"""How a span of time is spread: the soonest, then at equal shares of the cases, to the latest; straight in between."""


class ShareElsewhere(Stated):
    """Another share, in the cases for which `where` holds."""

    where: Where
    share: Fraction


class SpansElsewhere(Stated):
    """Other spans, in the cases for which `where` holds."""

    where: Where
    spans: Spans


class Weight(Stated):
    """A prior of the book that a share is multiplied by, in the cases for which the prior's own conditions hold."""

    prior: Word
    of: Fraction | None = None
    """The share of the stores that it applies to, where the facts cannot tell."""
    language: tuple[Language, ...] = ()
    """Of an estimate: where these make the documents, it applies; where others do, it does not."""


class ShareVersion(StatedVersion):
    share: Fraction
    elsewhere: tuple[ShareElsewhere, ...] = ()
    """The first whose conditions hold takes the place of `share`."""
    times: tuple[Weight, ...] = ()


class SpansVersion(StatedVersion):
    spans: Spans
    elsewhere: tuple[SpansElsewhere, ...] = ()


class SpanVersion(StatedVersion):
    value: Span


Shares: TypeAlias = Annotated[tuple[ShareVersion, ...], Field(min_length=1)]
Times: TypeAlias = Annotated[tuple[SpansVersion, ...], Field(min_length=1)]


class Behaviour(Part):
    """The sellers and the reviewers of one platform. What is left out is not assumed, and asking for it is an error."""

    sweep: Annotated[tuple[SpanVersion, ...], Field(min_length=1)]
    """How often cases are opened: what has fired waits for the next multiple of it since midnight UTC of 1970."""
    answered: Shares
    """The share of cases that the seller answers at all. In time is what comes before the window shuts."""
    answer_after: Times
    """From the opening to the answer."""
    accepted: Shares
    """The share of answers that convince."""
    to_a_person: Shares
    """The share of answers that a reviewer rules on; the rules decide the others."""
    ruled_after: Times
    """From the answer to the reviewer's ruling, within the review windows of the book."""
    mended: Shares | None = None
    """The share of rejected answers that the seller mends, where the book lets him."""
    mend_after: Times | None = None
    """From the rejection to the mended answer."""
    mended_accepted: Shares | None = None
    """The share of mended answers that convince."""


class AssumptionsText(Part):
    """A file of assumptions as it is written."""

    name: Slug
    title: Texts
    sources: tuple[Cited, ...] = ()
    """The documents that it is drawn from, by rows."""
    platforms: Annotated[dict[Slug, Behaviour], Field(min_length=1)]
    """By the name of the rulebook."""
