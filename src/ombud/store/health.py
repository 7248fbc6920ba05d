"""Reads of store health: sums of daily buckets, and the two edges of a window that no bucket holds, counted exactly.

What one store's figures cost is set by the days of the window and by what happened in its two edges, not by how many
orders are stored: every part is a range of an index.
"""

from __future__ import annotations

import difflib
from collections.abc import Collection, Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any, TypeAlias

from django.db import connection

from ombud.domain.health import DAY, Bound, Share, Standing, rolling, window
from ombud.domain.problems import N_, OmbudError, Problem
from ombud.domain.rulebook import Dated, FigureVersion, Rulebook
from ombud.domain.rulebook.words import Texts
from ombud.store import sql
from ombud.store.health_counts import COUNTS, Wait, count_sql, waits
from ombud.store.instants import Instants
from ombud.store.models import HealthDay, Store

DESK = (
    ("dispute_rate", N_("Dispute rate"), "lost_cases", "completed_orders"),
    ("on_time", N_("On-time shipping rate"), "on_time_orders", "promised_orders"),
)
DESK_WINDOW = timedelta(days=90)
"""What the desk looks at in every store, over the window that both documents use. Where a store's book does not measure
it, it is shown without a bound, and nothing is ever decided by it."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure of a store over (at - window, at]. The base of a plain count is 0."""

    name: str
    title: Texts | str  # a text of the book in three languages, or the key of a translation
    counts: tuple[str, str | None]  # what is counted, and of what; None: a plain count
    share: Share
    window: timedelta
    bound: Bound = field(default=Bound())
    cite: str = ""  # empty where the store's book does not measure it

    @property
    def standing(self) -> Standing:
        """The share against its bound."""
        return self.bound.standing(self.share)

    @property
    def headroom(self) -> int | None:
        """How many more may be lost; None without a bound or a base."""
        return self.bound.headroom(self.share)

    @property
    def closeness(self) -> Fraction:
        """How much of the bound is used up; 0 where there is nothing to use up."""
        return self.bound.closeness(self.share) or Fraction(0)


@dataclass(frozen=True, slots=True)
class Health:
    """The figures of one store at one instant."""

    store_id: str
    figures: tuple[Figure, ...]

    @property
    def closest(self) -> Figure | None:
        """The figure that has used up most of its bound; None where the book bounds none."""
        bounded = [figure for figure in self.figures if figure.standing is not Standing.NO_BOUND]
        return max(bounded, key=lambda figure: figure.closeness, default=None)


def find_store(store_id: str) -> Store:
    """The store of that id. Raises OmbudError naming those whose ids are near."""
    store = Store.objects.filter(store_id=store_id).first()
    if store is not None:
        return store
    known = list(Store.objects.order_by("store_id").values_list("store_id", flat=True))
    near = difflib.get_close_matches(store_id, known, n=5, cutoff=0.5) or known[:5]
    if not near:
        raise OmbudError(
            Problem(
                "unknown_store",
                N_("There is no store {store_id!r}: the store of Ombud holds none yet."),
                {"store_id": store_id},
                mend=N_("Import a facts folder first: ombud facts import DIR."),
            )
        )
    raise OmbudError(
        Problem(
            "unknown_store",
            N_("There is no store {store_id!r}."),
            {"store_id": store_id, "near": ", ".join(near)},
            mend=N_("The nearest names are: {near}."),
        )
    )


def figures(store_id: str, at: datetime, book: Rulebook, *, rules_at: datetime | None = None) -> Health:
    """What `book` measures of one of its stores, as of `at`, by the versions in force at `rules_at`, else at `at`.

    Raises OmbudError where a figure of the book is not in force at that instant.
    """
    return _figures(at, book, rules_at, f"s.store_id = {sql.text(store_id)}")[store_id]


def figures_of_all(
    at: datetime, book: Rulebook, *, rules_at: datetime | None = None, stores: Collection[str] | None = None
) -> list[Health]:
    """The same for every store of the book's platform; for those among `stores` alone where they are named."""
    which = "true" if stores is None else sql.among("s.store_id", stores)
    return list(_figures(at, book, rules_at, which).values())


def _figures(at: datetime, book: Rulebook, rules_at: datetime | None, which: str) -> dict[str, Health]:
    versions = {name: book.in_force(f"health.{name}", rules_at or at) for name in book.under("health")}
    windows = _windows(at, {version.value.window for version in versions.values()} | {DESK_WINDOW}, book, which)
    found: dict[str, Health] = {}
    for store, desk in windows[DESK_WINDOW].items():
        mine = _measured(store, versions, windows)
        for name, title, part, base in DESK:
            if name not in versions:
                share = Share(_count(desk, part), _count(desk, base))
                mine[name] = Figure(name, title, (part, base), share, DESK_WINDOW)
        found[store] = Health(store, tuple(mine.values()))
    return found


def measured(
    which: str, at: datetime, book: Rulebook, versions: Mapping[str, Dated[FigureVersion]]
) -> dict[str, dict[str, Figure]]:
    """The figures that `versions` define, by store and name: of the stores `s` of the book's platform for which `which`
    (SQL) is so; empty where there are no versions."""
    windows = _windows(at, {version.value.window for version in versions.values()}, book, which)
    stores = next(iter(windows.values()), {})
    return {store: _measured(store, versions, windows) for store in stores}


_Windows: TypeAlias = Mapping[timedelta, Mapping[str, Mapping[str, int]]]
"""Window -> store -> name of a count -> how many."""


def _windows(at: datetime, spans: Set[timedelta], book: Rulebook, which: str) -> _Windows:
    dated = waits(book)
    return {span: _counts(at, span, dated, book.name, which) for span in spans}


def _measured(store: str, versions: Mapping[str, Dated[FigureVersion]], windows: _Windows) -> dict[str, Figure]:
    figures: dict[str, Figure] = {}
    for name, version in versions.items():
        of = version.value
        counted = windows[of.window][store]
        share = Share(_count(counted, of.share), _count(counted, of.of) if of.of else 0)
        bound = Bound(_exact(of.limit), _exact(of.least))
        figures[name] = Figure(name, of.title, (of.share, of.of), share, of.window, bound, version.cite)
    return figures


def _exact(number: Decimal | None) -> Fraction | None:
    return None if number is None else Fraction(number)


def _count(counted: Mapping[str, int], name: str) -> int:
    """A count by its name in a book; `closed_cases` are those that were decided."""
    return counted["won_cases"] + counted["lost_cases"] if name == "closed_cases" else counted[name]


def _counts(
    at: datetime, span: timedelta, dated: Sequence[Wait], platform: str, which: str
) -> dict[str, dict[str, int]]:
    """What happened in (at - span, at], by store and count: of the stores of `platform` for which `which` is so."""
    cut = window(at, span)
    where = f"s.platform = {sql.text(platform)} AND {which}"
    sums = ", ".join(f"COALESCE(SUM(h.{name}), 0)" for name in COUNTS)
    first, after = cut.days
    whole = (
        f"SELECT s.store_id, {sums} FROM stores s LEFT JOIN health_days h"
        f" ON h.store_id = s.store_id AND h.day >= '{first}' AND h.day < '{after}'"
        f" WHERE {where} GROUP BY s.store_id ORDER BY s.store_id"
    )
    with connection.cursor() as cursor:
        cursor.execute(whole)
        total = {row[0]: [int(count) for count in row[1:]] for row in cursor.fetchall()}
        if cut.edges:
            cursor.execute(f"SELECT s.store_id, {_edges_sql(cut.edges, dated)} FROM stores s WHERE {where}")
            for row in cursor.fetchall():
                total[row[0]] = [a + int(b) for a, b in zip(total[row[0]], row[1:], strict=True)]
    return {store: dict(zip(COUNTS, numbers, strict=True)) for store, numbers in total.items()}


def _edges_sql(edges: Sequence[tuple[datetime, datetime]], dated: Sequence[Wait]) -> str:
    instants = Instants(connection)
    return ", ".join(
        " + ".join(
            count_sql(
                name,
                store="s.store_id",
                start=instants.literal(start),
                until=instants.literal(until),
                waits=dated,
                instants=instants,
            )
            for start, until in edges
        )
        for name in COUNTS
    )


Curve: TypeAlias = list[tuple[date, Share]]
"""A figure as it stood at the end of each of some UTC days, the earliest first."""


def curve(store_id: str, figure: Figure, upto: date, *, days: int = 90) -> Curve:
    """The figure as it stood at the end of each of the `days` UTC days that end with `upto`, from whole days alone."""
    return curves({store_id: [figure]}, upto, days=days)[store_id, figure.name]


def curves(of: Mapping[str, Sequence[Figure]], upto: date, *, days: int = 90) -> dict[tuple[str, str], Curve]:
    """The same of many figures of many stores, by store and name of the figure: read at once."""
    behind = max((figure.window // DAY for some in of.values() for figure in some), default=0)
    read = HealthDay.objects.filter(store__in=list(of), day__gt=upto - timedelta(days=days + behind), day__lte=upto)
    by_store: dict[str, list[dict[str, Any]]] = {store: [] for store in of}
    for row in read.order_by("store_id", "day").values("store_id", "day", *COUNTS) if behind else ():
        by_store[row["store_id"]].append(row)
    found: dict[tuple[str, str], Curve] = {}
    for store, some in of.items():
        for figure in some:
            part, base = figure.counts
            shares = [
                (row["day"], Share(_count(row, part), _count(row, base) if base else 0)) for row in by_store[store]
            ]
            found[store, figure.name] = list(rolling(shares, upto, days, figure.window // DAY))
    return found
