"""What weighs in a ruling beside the evidence: the store's history, sanctions over store and buyer, priors (O16, O18,
S10, S11). None of it decides a case; a store that is watched more closely has a person look at a clean submission."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

from ombud.domain.conditions import holds
from ombud.domain.evidence import Reason
from ombud.domain.health import Bound, Share, Standing
from ombud.domain.rulebook import Dated, Rulebook
from ombud.domain.ruling_inputs import Inputs, SanctionInput

WEIGHS = "weighs"
"""The severity of a reason that is shown to whoever rules and changes nothing by itself."""
WARNS = "warns"
CLOSER_REVIEW = frozenset({"close_watch", "raised_review"})
"""Measures of a book under which no submission is accepted without a person."""


def weights(
    inputs: Inputs, row: Mapping[str, Any], book: Rulebook, *, opened_at: datetime, rules_at: datetime | None
) -> list[Reason]:
    """Every reason that the book has for weighing this submission otherwise than another one, as reasons of their own.

    rules_at: for the conditions of priors, where the case is older than its book.
    """
    return [
        *_of_sanctions(inputs["store"]["sanctions"], "store"),
        *_of_sanctions(inputs["buyer"], "buyer"),
        *_of_figures(inputs["store"]["figures"], book, opened_at),
        *_of_losses(inputs["store"]["losses_in_a_row"], book, opened_at),
        *_of_priors(row, book, opened_at, rules_at),
    ]


def buyer_factor(sanctions: Sequence[SanctionInput]) -> Fraction:
    """What a doubt in the buyer's favour is multiplied by: 1, or less where the buyer is flagged (S11)."""
    return min((Fraction(one["factor"]) for one in sanctions if one["factor"] is not None), default=Fraction(1))


def _of_sanctions(sanctions: Sequence[SanctionInput], over: str) -> Iterator[Reason]:
    for one in sanctions:
        closer = over == "store" and one["measure"] in CLOSER_REVIEW
        yield Reason(one["measure"], "", WARNS if closer else WEIGHS, one["clause"], over, one["factor"])


def _of_figures(figures: Mapping[str, Sequence[int]], book: Rulebook, at: datetime) -> Iterator[Reason]:
    """The figures that are beyond the bound that the book sets them."""
    for name, (part, base) in figures.items():
        version = book.version_at(f"health.{name}", at)
        if version is None:
            continue
        bound, share = Bound(_exact(version.value.limit), _exact(version.value.least)), Share(part, base)
        if bound.standing(share) is Standing.BEYOND:
            yield Reason(name, "", WEIGHS, _clause(f"health.{name}", version), "store", f"{part} / {base}")


def _of_losses(losses: int, book: Rulebook, at: datetime) -> Iterator[Reason]:
    """Sanctions that one more loss would bring."""
    for name in book.under("sanctions"):
        version = book.version_at(f"sanctions.{name}", at)
        sanction = version.value if version else None
        if version is None or sanction is None or sanction.counts != "losses_in_a_row":
            continue
        if losses and sanction.at_least is not None and losses + 1 >= sanction.at_least:
            yield Reason("losses_in_a_row", "", WEIGHS, _clause(f"sanctions.{name}", version), "store", str(losses))


def _of_priors(row: Mapping[str, Any], book: Rulebook, at: datetime, rules_at: datetime | None) -> Iterator[Reason]:
    """Those whose conditions the facts fulfil; one without conditions is not for facts to tell."""
    for name in book.under("priors"):
        version = book.version_at(f"priors.{name}", at)
        if version is None or not version.value.where:
            continue
        prior = version.value
        if holds(prior.where, row, start=at, book=book, rules_at=rules_at):
            value = str(prior.factor) if prior.factor is not None else prior.effect
            yield Reason(name, "", WEIGHS, _clause(f"priors.{name}", version), prior.affects, value)


def _exact(number: Decimal | None) -> Fraction | None:
    return None if number is None else Fraction(number)


def _clause(name: str, version: Dated[Any]) -> str:
    return f"{name}@{version.valid_from.date().isoformat()}"
