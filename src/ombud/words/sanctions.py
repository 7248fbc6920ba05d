"""What is said of a sanction, the same on a terminal and on a page."""

from __future__ import annotations

from fractions import Fraction

from ombud.domain.problems import N_
from ombud.domain.sanctions import Over
from ombud.languages import language
from ombud.store import books
from ombud.store.models import Sanction
from ombud.words import times

OVERS = {
    Over.STORE: N_("store"),
    Over.CARRIER: N_("carrier"),
    Over.WAREHOUSE: N_("warehouse"),
    Over.BUYER: N_("buyer"),
}
"""Whom a sanction is over."""


def title(one: Sanction) -> str:
    """What follows, as the book says it in the reader's language."""
    version = books.cited(books.kept(one.rulebook_id), one.clause)
    return version.value.title.speak(language()) if version else one.measure


def figure(one: Sanction) -> str:
    """What was measured when it began: the count, or the rate in percent."""
    return times.rate(Fraction(one.figure)) if "." in one.figure else one.figure
