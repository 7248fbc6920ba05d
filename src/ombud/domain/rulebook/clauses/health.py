"""How a store is measured: shares of what went well or badly, over rolling days."""

from __future__ import annotations

from typing import Literal, TypeAlias

from ombud.domain.rulebook.words import Fraction, Span, Texts, Version

Count: TypeAlias = Literal[
    "completed_orders",
    "promised_orders",
    "on_time_orders",
    "tracked_parcels",
    "due_parcels",
    "opened_cases",
    "won_cases",
    "lost_cases",
    "closed_cases",
]


class FigureVersion(Version):
    """A figure of a store over a rolling window: `share` divided by `of`, or the plain count where there is no `of`."""

    title: Texts
    share: Count
    of: Count | None = None
    window: Span
    """How far back it counts."""
    limit: Fraction | None = None
    """A share above it goes over the limit."""
    least: Fraction | None = None
    """A share below it falls short."""
    wait: Span | None = None
    """How long after its registration a parcel may be without a scan before it counts as due."""
