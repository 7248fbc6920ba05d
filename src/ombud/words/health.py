"""What is said of a figure, the same on a terminal and on a page: its title, its value, its bound, what remains."""

from __future__ import annotations

from ombud.domain.health import Standing
from ombud.domain.problems import N_
from ombud.languages import _, language, number
from ombud.store.health import Figure
from ombud.words import times

STANDINGS = {
    Standing.NO_BOUND: N_("no limit"),
    Standing.NO_BASE: N_("not measured"),
    Standing.WITHIN: N_("within the limit"),
    Standing.REACHED: N_("limit reached"),
    Standing.BEYOND: N_("over the limit"),
}
SHORT = N_("below the least")
"""Beyond a bound from below, where "over" would be the wrong word."""
COUNTED = {
    "completed_orders": N_("completed orders"),
    "promised_orders": N_("orders with a promised time"),
    "on_time_orders": N_("shipped on time"),
    "tracked_parcels": N_("scanned in time"),
    "due_parcels": N_("parcels due a scan"),
    "opened_cases": N_("cases opened"),
    "won_cases": N_("disputes won"),
    "lost_cases": N_("disputes lost"),
    "closed_cases": N_("disputes decided"),
}
"""What each count of a book counts."""


def title(figure: Figure) -> str:
    """As the book calls it, or as we do where no book measures it."""
    return _(figure.title) if isinstance(figure.title, str) else figure.title.speak(language())


def value(figure: Figure) -> str:
    """`0.83 %`, a plain count, or a dash where nothing was measured."""
    if figure.counts[1] is None:
        return number(figure.share.part)
    return times.rate(figure.share.rate, figure.bound.limit or figure.bound.least)


def base(figure: Figure) -> str:
    """`83 / 10000`: what the rate was measured on; empty for a plain count."""
    return "" if figure.counts[1] is None else f"{figure.share.part} / {figure.share.base}"


def bound(figure: Figure) -> str:
    """`< 1.00 %` or `≥ 85.00 %`; empty without one."""
    if figure.bound.limit is not None:
        return f"< {times.rate(figure.bound.limit)}"
    return f"≥ {times.rate(figure.bound.least)}" if figure.bound.least is not None else ""


def standing(figure: Figure) -> str:
    """The word for where the figure stands."""
    if figure.standing is Standing.BEYOND and figure.bound.limit is None:
        return _(SHORT)
    return _(STANDINGS[figure.standing])


def headroom(figure: Figure) -> str:
    """How much more may be lost, in the words of the source (S10); empty where the book bounds nothing."""
    remaining = figure.headroom
    if figure.standing is Standing.NO_BOUND:
        return ""
    if remaining is None:
        return _(N_("nothing was measured yet"))
    if figure.bound.limit is None:
        if figure.standing is Standing.BEYOND:
            return ""  # that it falls short is said already, and there is nothing more to lose
        return _(N_("{count} more cases may be lost before it falls short")).format(count=number(remaining))
    if remaining == 1:
        return _(N_("1 order remaining before rate limit is reached"))
    return _(N_("{count} orders remaining before rate limit is reached")).format(count=number(remaining))
