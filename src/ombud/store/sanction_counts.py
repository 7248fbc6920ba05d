"""What sanctions count: losses in a row of stores, cases of carriers and warehouses, weak disputes of buyers.

All of it is of the subjects that stand in the temporary table `reviewed_subjects`, in sets, by index.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from fractions import Fraction

from django.db import connection

from ombud.domain.facts import Kind
from ombud.domain.health import LOST_STATES, WON_STATES
from ombud.domain.sanctions import Measured, Over
from ombud.store import sql, staging
from ombud.store.instants import Instants
from ombud.store.staging import Field

REVIEWED = "reviewed_subjects"
"""Temporary: who is looked at: platform, over, subject, and `since`, from when on a store's facts have changed."""

_LOST = ", ".join(sql.text(state) for state in LOST_STATES)
_WON = ", ".join(sql.text(state) for state in WON_STATES)
_DECIDED = f"c.state IN ({_LOST}, {_WON}) AND c.route = ''"


def of(platform: str, over: str) -> str:
    """The query of those of one kind that are looked at."""
    return f"SELECT subject FROM {REVIEWED} WHERE platform = {sql.text(platform)} AND over = {sql.text(over)}"


def losses_in_a_row(platform: str, at: datetime, window: timedelta | None) -> dict[str, Measured]:
    """By store: cases lost since the last one won, in the order in which they were closed; the base: all decided.

    What the buyer withdrew, the merchant accepted or another process decided neither counts nor breaks the row.
    """
    decided = f"c.store_id = r.subject AND {_DECIDED}{_within('c.closed_at', at, window)}"
    last_win = (
        f"SELECT w.case_id FROM cases w WHERE w.store_id = r.subject AND w.state IN ({_WON}) AND w.route = ''"
        f"{_within('w.closed_at', at, window)} ORDER BY w.closed_at DESC, w.case_id DESC LIMIT 1"
    )
    query = (
        f"SELECT r.subject, (SELECT count(*) FROM cases c WHERE {decided} AND c.state IN ({_LOST})"
        " AND (w.case_id IS NULL OR c.closed_at > w.closed_at OR (c.closed_at = w.closed_at"
        f" AND c.case_id > w.case_id))), (SELECT count(*) FROM cases c WHERE {decided})"
        f" FROM ({of(platform, Over.STORE)}) r LEFT JOIN cases w ON w.case_id = ({last_win})"
    )
    return _counted(query)


def cases_of_stores(platform: str, at: datetime, window: timedelta | None) -> dict[str, Measured]:
    """By store: cases opened; they are their own base."""
    count = (
        "SELECT count(*) FROM cases c WHERE c.store_id = r.subject AND c.route = ''"
        f"{_within('c.opened_at', at, window)}"
    )
    return _counted(f"SELECT r.subject, ({count}), ({count}) FROM ({of(platform, Over.STORE)}) r")


def tallied(platform: str, over: str, at: datetime, window: timedelta | None) -> dict[str, Measured]:
    """By carrier, warehouse or buyer: the tallies that count; the base: all of them."""
    tallies = (
        f"tallies t ON t.platform = {sql.text(platform)} AND t.over = {sql.text(over)} AND t.subject = r.subject"
        f"{_within('t.at', at, window)}"
    )
    return _counted(
        "SELECT r.subject, coalesce(sum(t.counts), 0), count(t.case_id)"
        f" FROM ({of(platform, over)}) r LEFT JOIN {tallies} GROUP BY r.subject"
    )


def parcels_of(
    platform: str, over: str, subjects: Sequence[str], at: datetime, window: timedelta | None
) -> dict[str, int]:
    """By carrier or warehouse: the parcels registered in the window, of which its cases are a part."""
    if not subjects:
        return {}
    column = {Over.CARRIER: "p.carrier", Over.WAREHOUSE: "p.warehouse"}[Over(over)]
    names = ", ".join(sql.text(subject) for subject in subjects)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {column}, count(*) FROM stores s JOIN parcels p ON p.store_id = s.store_id"
            f"{_within('p.registered_at', at, window)} WHERE s.platform = {sql.text(platform)}"
            f" AND {column} IN ({names}) GROUP BY {column}"
        )
        return {subject: int(count) for subject, count in cursor.fetchall()}


def nth_newest(platform: str, over: str, subjects: Sequence[str], at: datetime, number: int) -> dict[str, datetime]:
    """By subject: when the `number`-th newest tally was that counts; those that have fewer are left out."""
    if not subjects:
        return {}
    names = ", ".join(sql.text(subject) for subject in subjects)
    query = (
        "SELECT subject, at FROM (SELECT subject, at, row_number() OVER (PARTITION BY subject ORDER BY at DESC,"
        f" case_id DESC) AS place FROM tallies WHERE platform = {sql.text(platform)} AND over = {sql.text(over)}"
        f" AND subject IN ({names}) AND counts = 1 AND at <= {_literal(at)}) t WHERE place = {int(number)}"
    )
    rows = staging.read(connection, query, (Field("subject"), Field("at", Kind.INSTANT))).to_pylist()
    return {row["subject"]: row["at"] for row in rows}


def tally_cases(platform: str, over: str, at: datetime, window: timedelta | None) -> set[str]:
    """Tallies the cases opened (of a buyer: decided) by the reviewed stores since they were last looked at; returns
    whose tally has changed."""
    column, instant = ("c.closed_at", "c.closed_at") if over == Over.BUYER else ("c.opened_at", "c.opened_at")
    whose = {
        Over.CARRIER: ("c.carrier", "", ""),
        Over.WAREHOUSE: (
            "p.warehouse",
            "JOIN parcels p ON p.order_id = c.order_id AND p.carrier = c.carrier"
            " AND p.tracking_number = c.tracking_number",
            "",
        ),
        Over.BUYER: ("o.buyer_id", "JOIN orders o ON o.order_id = c.order_id", f" AND {_DECIDED}"),
    }
    subject, join, condition = whose[Over(over)]
    counts = f"CASE WHEN c.state IN ({_WON}) THEN 1 ELSE 0 END" if over == Over.BUYER else "1"
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO tallies (platform, over, subject, at, case_id, counts)"
            f" SELECT {sql.text(platform)}, {sql.text(over)}, {subject}, {instant}, c.case_id, {counts}"
            f" FROM {REVIEWED} r JOIN cases c ON c.store_id = r.subject AND {column} >= r.since"
            f"{_within(column, at, window)} {join} WHERE r.platform = {sql.text(platform)}"
            f" AND r.over = '{Over.STORE}' AND c.route = ''{condition} AND {subject} IS NOT NULL"
            " ON CONFLICT DO NOTHING RETURNING subject"
        )
        return {row[0] for row in cursor.fetchall()}


def forget_tallies(platform: str, over: str, until: datetime) -> None:
    """Lets go what no clause looks back to any more, of those that are looked at."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"DELETE FROM tallies WHERE platform = {sql.text(platform)} AND over = {sql.text(over)}"
            f" AND at <= {_literal(until)} AND subject IN ({of(platform, over)})"
        )


def add_reviewed(platform: str, over: str, subjects: Iterable[str]) -> None:
    """Has these looked at as well."""
    with connection.cursor() as cursor:
        cursor.executemany(
            f"INSERT INTO {REVIEWED} (platform, over, subject) VALUES (%s, %s, %s) ON CONFLICT DO NOTHING",
            [(platform, over, subject) for subject in sorted(subjects)],
        )


def _counted(query: str) -> dict[str, Measured]:
    with connection.cursor() as cursor:
        cursor.execute(query)
        return {
            subject: Measured(Fraction(int(count)), int(base), int(count)) for subject, count, base in cursor.fetchall()
        }


def _within(column: str, at: datetime, window: timedelta | None) -> str:
    """(at - window, at]: what happened at `at - window` is out of it."""
    since = "" if window is None else f" AND {column} > {_literal(at - window)}"
    return f"{since} AND {column} <= {_literal(at)}"


def _literal(at: datetime) -> str:
    return Instants(connection).literal(at)
