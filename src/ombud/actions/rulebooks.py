"""Keeps the rulebooks that cases are opened under, and wakes the orders that a new version touches."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime, timedelta

from django.db import connection, transaction

from ombud.actions import folding
from ombud.actions.health import TouchedDays, refresh_days
from ombud.domain.changes import first_difference
from ombud.domain.rulebook import Rulebook, load
from ombud.store import sql
from ombud.store.health_counts import waits
from ombud.store.instants import Instants
from ombud.store.models import RulebookVersion

_MATTERS = ("covers", "conditions", "lists", "triggers", "tracks")
"""The sections that decide when an order fires."""
_NEXT = timedelta(microseconds=1)


def register(books: Mapping[str, Rulebook], *, at: datetime, actor: str) -> Mapping[str, int]:
    """Records the books that are in use from `at` on; returns how many orders each new version woke.

    A book is new where its text is not the last one used under its name. Nothing happens where none is new.
    """
    del actor  # a book is cited by its text, whoever brought it
    last = _last_used()
    woken: dict[str, int] = {}
    for platform, book in books.items():
        before = last.get(platform)
        if before is not None and before.digest == book.digest:
            continue
        with transaction.atomic():
            _use(platform, book.digest, book.text, at=at, before=before)
            old = load(before.text, file=f"{platform} as of {before.used_from}") if before and before.text else None
            since = first_difference(old, book, _MATTERS)
            if since is not None:
                woken[platform] = _wake(platform, since)
            if first_difference(old, book, ("tracks",)) is not None:
                woken[platform] = woken.get(platform, 0) + _refold(platform, books)
            if first_difference(old, book, ("health",)) is not None:
                _recount(platform, old, book)
    return woken


def missed(platform: str, *, at: datetime) -> None:
    """Orders of `platform` were due and nobody had a book for them: whoever brings one next wakes them all."""
    before = _last_used().get(platform)
    if before is not None and before.text:
        nothing = hashlib.sha256(f"no rulebook for {platform}".encode()).hexdigest()
        _use(platform, nothing, "", at=at, before=before)


def _last_used() -> dict[str, RulebookVersion]:
    """By platform, the version used last. There are few: one for each change of a book."""
    return {version.name: version for version in RulebookVersion.objects.order_by("used_from")}


def _use(platform: str, digest: str, text: str, *, at: datetime, before: RulebookVersion | None) -> None:
    # The order in which versions came into use holds, also where a tick is run for an instant that is past.
    used_from = max(at, before.used_from + _NEXT) if before else at
    RulebookVersion.objects.update_or_create(
        digest=digest, defaults={"name": platform, "text": text, "used_from": used_from}
    )


def _refold(platform: str, books: Mapping[str, Rulebook]) -> int:
    """Every track of the platform is judged anew; the orders whose parcels look otherwise are woken."""
    of_platform = f"SELECT store_id FROM stores WHERE platform = {sql.text(platform)}"
    folding.touch(f"SELECT DISTINCT carrier, tracking_number FROM parcels WHERE store_id IN ({of_platform})")
    folding.refold(books)
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE orders SET check_at = paid_at WHERE order_id IN (SELECT order_id FROM {folding.REFOLDED})"
            " AND check_at IS DISTINCT FROM paid_at"
        )
        return int(cursor.rowcount)


def _recount(platform: str, old: Rulebook | None, new: Rulebook) -> None:
    """Every health day of the platform is counted anew: by another wait, parcels fall on other days."""
    orders = (
        "SELECT o.order_id FROM orders o JOIN stores s ON s.store_id = o.store_id"
        f" WHERE s.platform = {sql.text(platform)}"
    )
    touched = TouchedDays(connection, {platform: old} if old else {})
    touched.add_orders(orders)
    touched.waits = {platform: waits(new)}
    touched.add_orders(orders)
    sql.one_at_a_time(connection, sql.HEALTH)
    refresh_days(touched)


def _wake(platform: str, since: datetime) -> int:
    """Every order of the platform that has a fact at `since` or later: only such a fact meets a rule that changed."""
    moment = Instants(connection).literal(since)

    def later(alias: str, *instants: str) -> str:
        return " OR ".join(f"{alias}.{name} >= {moment}" for name in instants)

    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE orders SET check_at = paid_at WHERE check_at IS DISTINCT FROM paid_at"
            " AND store_id IN (SELECT store_id FROM stores WHERE platform = %s) AND ("
            f" {later('orders', 'paid_at', 'ship_by', 'shipped_at', 'delivered_at', 'completed_at', 'cancelled_at')}"
            " OR EXISTS (SELECT 1 FROM parcels p WHERE p.order_id = orders.order_id AND ("
            f" {later('p', 'registered_at', 'last_scan_at', 'second_order_at')}))"
            " OR EXISTS (SELECT 1 FROM complaints c WHERE c.order_id = orders.order_id AND ("
            f" {later('c', 'opened_at', 'withdrawn_at')})))",
            [platform],
        )
        return int(cursor.rowcount)
