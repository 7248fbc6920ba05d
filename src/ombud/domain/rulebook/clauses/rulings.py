"""How a case ends, and what follows for the store: rulings, sanctions, the places that other complaints go to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal, TypeAlias

from pydantic import Field, model_validator

from ombud.domain.problems import N_, Problem
from ombud.domain.rulebook.clauses.estimates import NeedsVersion
from ombud.domain.rulebook.clauses.reasons import Fault
from ombud.domain.rulebook.clauses.windows import State
from ombud.domain.rulebook.words import (
    Currency,
    Flag,
    Fraction,
    Number,
    Part,
    Slug,
    Span,
    Text,
    Texts,
    Version,
    Where,
    Whole,
    Word,
    refuse,
)


class Judged(Part):
    """Faults that the facts themselves show, without anybody handing anything in, and where they matter."""

    faults: Annotated[tuple[Fault, ...], Field(min_length=1)]
    violations: Annotated[tuple[Word, ...], Field(min_length=1)]
    """In cases of these alone."""
    where: Where = ()
    """And only where this holds; start is the firing."""


class RulingVersion(Version):
    """How cases are decided."""

    outcomes: Annotated[dict[State, Text], Field(min_length=1)]
    """The state a ruling leads to -> the platform's word for the ruling."""
    appeal: Flag
    appeal_exception: Texts | None = None
    """Where an appeal exists after all; never for a case of this book."""
    at_most: Literal["recommendation_stands", "seller_wins", "buyer_wins"] | None = None
    """What happens when windows.review_most is over and nobody has ruled."""
    mend_in_window: Flag = False
    """Whether rejected evidence can be mended and sent again before the window shuts. The clock does not start anew."""
    concede_is_final: Flag = False
    """The merchant can accept the dispute, once and for all, and is asked before it happens."""
    record: tuple[Literal["pdf", "json"], ...] = ()
    """The forms in which the whole record of a ruling can be taken away."""
    sure: Fraction | None = None
    """From this confidence on, a fault that rejects decides by itself; below it a person is asked. None: from 1."""
    least_doubt: Fraction | None = None
    """A doubt that is less sure than this is shown and calls nobody. None: every doubt calls a person."""
    second_review_above: Annotated[dict[Currency, Whole], Field(min_length=1)] | None = None
    """Where more than this is held, in minor units by currency, a person's ruling counts only once another person has
    said the same. A currency that is not named: whatever is held. None: nobody is asked twice."""
    judges: tuple[Judged, ...] = ()
    """What of the order's tracks bears on which violation. What is not named here is not looked at."""

    def takes_two(self, held_minor: int, currency: str) -> bool:
        """Whether two people must say the same before it is ruled."""
        above: Mapping[str, int] | None = self.second_review_above
        return above is not None and held_minor > above.get(currency, -1)


Over: TypeAlias = Literal["store", "carrier", "warehouse", "buyer"]


class EnrolmentVersion(NeedsVersion):
    """What a store hands in to come under the book, and whether that is all it takes."""

    by_default: Flag
    """In force for every such store without anybody switching it on."""


class SanctionVersion(Version):
    """What follows when somebody's count or figure reaches a threshold. Exactly one of `counts` and `figure`."""

    over: Over
    counts: Literal["losses_in_a_row", "cases", "weak_disputes"] | None = None
    figure: Word | None = None
    """A figure of `health`."""
    at_least: Number | None = None
    above: Number | None = None
    below: Number | None = None
    window: Span | None = None
    """How far back a count goes."""
    lasting: Span | None = None
    """How long the threshold must have been passed without a break."""
    least_cases: Whole = 0
    """Below so many cases in the window it does not apply: too few to tell."""
    measure: Slug
    """What is done, for programs."""
    factor: Number | None = None
    """What it multiplies, where it does: search exposure, the weight of a buyer's dispute."""
    title: Texts

    @model_validator(mode="after")
    def _one_threshold(self) -> SanctionVersion:
        if (self.counts is None) == (self.figure is None):
            raise refuse(((), Problem("no_measure", N_("Exactly one of counts and figure must stand here."))))
        if sum(threshold is not None for threshold in (self.at_least, self.above, self.below)) != 1:
            raise refuse(((), Problem("no_threshold", N_("Exactly one of at_least, above and below must stand here."))))
        return self


class RouteVersion(Version):
    """Where a complaint goes that is no case of this book. It keeps its own evidence, time limit and cost."""

    title: Texts
    handled_by: Texts
    response: Span | None = None
    """How long the seller has there, where the source says so."""
    asks: tuple[Word, ...] = ()
    """Kinds of evidence that it wants."""
    ends_as: Literal["won", "rejected"] | None = None
    """Where no process decides anything any more: what becomes of such a complaint at once."""
    counts_as_dispute: Flag = False
