"""Scans folded into their parcels, so that no trigger ever joins the history of scans (docs/decisions/0004-fold.md)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

import ibis
import ibis.expr.types as ir

from ombud.domain.facts import FOLDED, PARCEL_COLUMNS, Kind
from ombud.domain.rulebook import Rulebook, Tracks
from ombud.domain.triggers.predicates import instant
from ombud.domain.triggers.windows import ALWAYS, Window, in_force
from ombud.scan.plausible import NUMBER, FirstLook, breaks

_VIRTUAL = ("label_created",)
"""What never counts as a scan in the words of the facts themselves; a book's `tracks` say it for their time."""

_FOLDED_NAMES = tuple(column.name for column in FOLDED)


def fold(
    scans: ir.Table,
    parcels: ir.Table,
    orders: ir.Table,
    stores: ir.Table,
    book: Rulebook,
    *,
    rules_at: datetime | None = None,
    only: Collection[str] = _FOLDED_NAMES,
) -> ir.Table:
    """`parcels` with the columns of `facts.FOLDED`, as `facts.PARCEL_COLUMNS` names them.

    `parcels` holds every order that carries one of its numbers, also those of stores that the book does not cover, and
    `scans` every scan of these numbers. What counts as a scan and what breaks a track says `book.tracks` in force at
    the scan (or at `rules_at`); before its first version nothing is judged, and that one says what counts.
    only: the folded columns that are asked for; the others are null and cost nothing. The engine's session is in UTC.
    """
    judged = [(window, version.value) for window, version in in_force(book.tracks, ALWAYS, rules_at)]
    folded = parcels.select(*(column.name for column in PARCEL_COLUMNS if column.name not in _FOLDED_NAMES))
    aggregates, destinations = _aggregates(scans, judged, only)
    signers = "signed_by" in only
    look = FirstLook(scans, [tracks for _, tracks in judged] if "broken_at" in only else [])
    if aggregates or look.aggregates:
        numbers = scans.group_by(NUMBER).agg(**{**aggregates, **look.aggregates})
        doubt: Any = look.may_be_broken(numbers)
        if signers:
            doubt |= (numbers.delivered_last > numbers.delivered_at).fill_null(False)
        numbers = numbers.select(*NUMBER, *aggregates, doubt=doubt)
        folded = _beside(folded, numbers.drop("doubt"))
        doubted = scans.semi_join(numbers.filter(numbers.doubt), NUMBER)
        if signers:
            folded = _with_signer(folded, doubted)
        if "broken_at" in only and (found := breaks(doubted, scans, judged)) is not None:
            folded = _beside(folded, found)
    if "second_order_at" in only:
        folded = _beside(folded, _second_orders(parcels))
    if destinations:
        folded = _with_destination(folded, orders, stores, destinations)
    missing = {
        column.name: ibis.null("timestamp('UTC', 6)" if column.kind is Kind.INSTANT else "string")
        for column in FOLDED
        if column.name not in folded.columns
    }
    return folded.mutate(**missing).select(*(column.name for column in PARCEL_COLUMNS))


def _aggregates(
    scans: ir.Table, judged: list[tuple[Window, Tracks]], only: Collection[str]
) -> tuple[dict[str, Any], dict[str, list[str]]]:
    """What one pass over the scans of a number gives, and for each site the aggregates of scans in its country."""
    at, delivered = scans.scanned_at, scans.code == "delivered"
    counts = _counts(scans, judged)
    aggregates: dict[str, Any] = {}
    if "first_scan_at" in only:
        aggregates["first_scan_at"] = at.min(where=counts)
    if "delivered_at" in only or "signed_by" in only:
        aggregates["delivered_at"] = at.min(where=delivered)
    if "signed_by" in only:
        aggregates["delivered_last"] = at.max(where=delivered)
        aggregates["signed_by"] = scans.signed_by.arbitrary(where=delivered)
    if "last_scan_at" in only:
        aggregates["last_scan_at"] = at.max()
    destinations: dict[str, list[str]] = {}
    if "destination_scan_at" in only:
        names: dict[tuple[str, Window], str] = {}
        for window, tracks in _everywhen(judged):
            for site, country in tracks.destinations.items():
                name = names.setdefault((country, window), f"destination_{len(names)}")
                within = counts & (scans.country == country) & _scanned_within(scans, window)
                aggregates[name] = at.min(where=within)
                destinations.setdefault(site, []).append(name)
    return aggregates, destinations


def _everywhen(judged: list[tuple[Window, Tracks]]) -> list[tuple[Window, Tracks]]:
    """The same versions without a beginning and without an end: what counts as a scan is never undecided."""
    if not judged:
        return []
    firsts = [None, *(window.first for window, _ in judged[1:])]
    untils = [*firsts[1:], None]
    return [(Window(first, until), tracks) for first, until, (_, tracks) in zip(firsts, untils, judged, strict=True)]


def _counts(scans: ir.Table, judged: list[tuple[Window, Tracks]]) -> Any:
    versions = _everywhen(judged)
    if len({tracks.virtual_codes for _, tracks in versions}) <= 1:
        return scans.code.notin(versions[0][1].virtual_codes if versions else _VIRTUAL)
    counts = scans.code.notin(versions[-1][1].virtual_codes)
    for window, tracks in reversed(versions[:-1]):
        assert window.until is not None  # noqa: S101 (only the last has no end)
        counts = ibis.ifelse(scans.scanned_at < instant(window.until), scans.code.notin(tracks.virtual_codes), counts)
    return counts


def _scanned_within(scans: ir.Table, window: Window) -> Any:
    within: Any = ibis.literal(value=True)
    if window.first is not None:
        within &= scans.scanned_at >= instant(window.first)
    if window.until is not None:
        within &= scans.scanned_at < instant(window.until)
    return within


def _beside(parcels: ir.Table, numbers: ir.Table) -> ir.Table:
    """`parcels` with what is known of their numbers."""
    renamed = numbers.rename(number_carrier="carrier", number_number="tracking_number")
    return parcels.left_join(
        renamed,
        [parcels.carrier == renamed.number_carrier, parcels.tracking_number == renamed.number_number],
    ).drop("number_carrier", "number_number")


def _with_signer(folded: ir.Table, doubted: ir.Table) -> ir.Table:
    """Who signed at the first delivered scan, where there is more than one such scan."""
    delivered = doubted.filter(doubted.code == "delivered")
    place = ibis.row_number().over(
        group_by=[delivered.carrier, delivered.tracking_number], order_by=delivered.scanned_at
    )
    delivered = delivered.mutate(place=place)
    first = delivered.filter(delivered.place == 0).select(*NUMBER, first_signed_by="signed_by")
    folded = _beside(folded, first)
    several = folded.delivered_last > folded.delivered_at
    return folded.mutate(signed_by=ibis.ifelse(several.fill_null(False), folded.first_signed_by, folded.signed_by))


def _second_orders(parcels: ir.Table) -> ir.Table:
    """When a number came to serve a second order: only numbers that do are sorted."""
    counted = parcels.group_by(NUMBER).agg(orders=lambda t: t.count())
    reused = parcels.semi_join(counted.filter(counted.orders > 1), NUMBER)
    place = ibis.row_number().over(
        group_by=[reused.carrier, reused.tracking_number], order_by=[reused.registered_at, reused.order_id]
    )
    reused = reused.mutate(place=place)
    return reused.filter(reused.place == 1).select(*NUMBER, second_order_at="registered_at")


def _with_destination(
    folded: ir.Table, orders: ir.Table, stores: ir.Table, destinations: dict[str, list[str]]
) -> ir.Table:
    """The first scan in the country that the order's site sells to: one number may serve orders of several sites."""
    sold_on = stores.filter(stores.site.isin(list(destinations))).select(site_store="store_id", site="site")
    sites = orders.inner_join(sold_on, orders.store_id == sold_on.site_store).select(site_order="order_id", site="site")
    folded = folded.left_join(sites, folded.order_id == sites.site_order)
    found: Any = ibis.null("timestamp('UTC', 6)")
    by_names: dict[tuple[str, ...], list[str]] = {}
    for site, names in destinations.items():
        by_names.setdefault(tuple(names), []).append(site)
    for several_names, several in by_names.items():
        first = ibis.coalesce(*(folded[name] for name in several_names))
        found = ibis.ifelse(folded.site.isin(several), first, found)
    return folded.mutate(destination_scan_at=found)
