"""What led to a sanction, and when it ends if nothing new happens (O16, O17, S10, S11)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from math import ceil, floor

from django.db.models import QuerySet

from ombud.domain.health import LOST_STATES
from ombud.domain.rulebook.clauses.rulings import SanctionVersion
from ombud.domain.sanctions import Over
from ombud.store import books
from ombud.store.models import Case, Sanction, Tally
from ombud.store.sanction_counts import nth_newest


def clause_of(one: Sanction) -> SanctionVersion | None:
    """The clause by which it began; None where its book no longer has it."""
    version = books.cited(books.kept(one.rulebook_id), one.clause)
    return version.value if version else None


def cases_behind(one: Sanction, limit: int) -> list[Case]:
    """The cases that its figure speaks of, the latest first, `limit` at most: those lost before it began, or counted
    for the carrier, warehouse or buyer. Counts are kept for as long as the book looks back."""
    clause = clause_of(one)
    if clause is None:
        return []
    if one.over != Over.STORE:
        tallies = Tally.objects.filter(platform=one.platform, over=one.over, subject=one.subject, counts=1)
        tallies = tallies.filter(at__lte=one.begun_at).order_by("-at", "-case_id")
        if clause.window is not None:
            tallies = tallies.filter(at__gt=one.begun_at - clause.window)
        found = [row.case_id for row in tallies[:limit]]
        rows = Case.objects.select_related("store").in_bulk(found)
        return [rows[case_id] for case_id in found if case_id in rows]
    cases = Case.objects.select_related("store").filter(store=one.subject, route="")
    if clause.counts == "cases":
        return list(_since(cases, "opened_at", one, clause.window)[:limit])
    lost = cases.filter(state__in=LOST_STATES)
    if clause.counts == "losses_in_a_row":
        return list(_since(lost, "closed_at", one, clause.window)[: min(limit, int(one.figure or 0))])
    return list(_since(lost, "closed_at", one, _window_of(one, clause))[:limit])


def ends(sanctions: Iterable[Sanction], at: datetime) -> dict[int, datetime]:
    """sanction_id -> when it ends if nothing new happens: of those over carriers, warehouses and buyers that count
    cases, once so many have left the window that the rest is too few. One query for each clause."""
    alike: dict[tuple[str, str, str, str], list[Sanction]] = defaultdict(list)
    for one in sanctions:
        if one.over != Over.STORE and (one.ended_at is None or one.ended_at > at):
            alike[one.platform, one.over, one.clause, one.rulebook_id].append(one)
    found: dict[int, datetime] = {}
    for (platform, over, _, _), some in alike.items():
        clause = clause_of(some[0])
        if clause is None or clause.window is None:
            continue
        least = ceil(clause.at_least) if clause.at_least is not None else floor(clause.above or 0) + 1
        newest = nth_newest(platform, over, [one.subject for one in some], at, least)
        found |= {one.pk: newest[one.subject] + clause.window for one in some if one.subject in newest}
    return found


def _since(cases: QuerySet[Case], column: str, one: Sanction, window: timedelta | None) -> QuerySet[Case]:
    found = cases.filter(**{f"{column}__lte": one.begun_at}).order_by(f"-{column}", "-case_id")
    return found if window is None else found.filter(**{f"{column}__gt": one.begun_at - window})


def _window_of(one: Sanction, clause: SanctionVersion) -> timedelta | None:
    """That of the figure that it goes by."""
    version = books.kept(one.rulebook_id).version_at(f"health.{clause.figure}", one.begun_at)
    return version.value.window if version else None
