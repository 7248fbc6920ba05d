"""Opens cases whose instant has come and closes those whose window has shut, in sets.

A batch is one transaction: cases, history, postings, outbox, health days and the next `check_at` of every order in it
are written together or not at all. So a worker may die at any point: what runs again finds all of a batch or nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache

from django.db import connection, transaction

from ombud.actions import openings, routings, rulebooks, withdrawals
from ombud.actions.health import TouchedDays, refresh_days
from ombud.actions.running import Books, Progress
from ombud.domain.facts import TABLES, Kind
from ombud.domain.rulebook import Rulebook
from ombud.domain.triggers import columns_read
from ombud.scan.evaluate import kept_evaluator, of_platform
from ombud.store import due, sql, staging
from ombud.store.database import spoken
from ombud.store.instants import Instants
from ombud.store.staging import Field

__all__ = ["BATCH", "Books", "Progress", "Sweep", "open_due"]

BATCH = 10_000
"""Orders to a transaction: long enough to be quick, short enough that other writers hardly wait."""
_NEXT = "next_checks"
"""Temporary: when the claimed orders are due again, those that are."""


@dataclass
class Sweep:
    """What a sweep did. `opened`: disputes; `routed`: what is none of its book; `withdrawn`: cases that ended because
    the buyer took the complaint back; `held`: minor units by currency; `without_book`: orders that nobody has a book
    for."""

    checked: int = 0
    opened: int = 0
    routed: int = 0
    withdrawn: int = 0
    held: Counter[str] = field(default_factory=Counter)
    without_book: Counter[str] = field(default_factory=Counter)

    def __iadd__(self, other: Sweep) -> Sweep:
        self.checked += other.checked
        self.opened += other.opened
        self.routed += other.routed
        self.withdrawn += other.withdrawn
        self.held += other.held
        self.without_book += other.without_book
        return self


def open_due(
    at: datetime,
    *,
    books: Books,
    actor: str,
    rules_at: datetime | None = None,
    batch: int = BATCH,
    progress: Progress | None = None,
    stop: Callable[[], bool] = lambda: False,
) -> Sweep:
    """Reads the triggers of every order that is due at `at`, opens the cases that have fired, holds their money.

    Goes on, batch by batch, until nothing is due or `stop` says so. Several may do so at once: each order is read by
    one of them. rules_at: the versions of the books in force then are applied, whatever the instants of the facts.
    Raises OmbudError where the store cannot be used or a book lacks a clause that a case needs; batches done stay done.
    """
    done = Sweep()
    with spoken():
        rulebooks.register(books, at=at, actor=actor)
        while (swept := _sweep(at, books=books, actor=actor, rules_at=rules_at, batch=batch)).checked:
            done += swept
            if progress:
                progress("orders", done.checked, None)
            if stop():
                break
    return done


def _sweep(at: datetime, *, books: Books, actor: str, rules_at: datetime | None, batch: int) -> Sweep:
    with transaction.atomic():
        swept = Sweep(checked=due.claim(at, limit=batch))
        if not swept.checked:
            return swept
        platforms = due.platforms()
        facts = due.facts(_tables(tuple(books[name] for name in platforms if name in books), rules_at))
        swept.withdrawn = withdrawals.withdraw_due(facts["complaints"], at=at, books=books, actor=actor)
        touched = TouchedDays(connection, books)
        staging.create(connection, _NEXT, (Field("order_id"), Field("check_at", Kind.INSTANT)), key=("order_id",))
        for platform in platforms:
            own = of_platform(facts, platform)
            book = books.get(platform)
            if book is None:
                swept.without_book[platform] += own["orders"].num_rows
                rulebooks.missed(platform, at=at)
                continue
            rows = kept_evaluator(book, rules_at).run(own)
            opened = openings.open_cases(rows, book=book, facts=own, at=at, actor=actor, rules_at=rules_at)
            swept.routed += routings.open_routed(book, at=at, actor=actor, rules_at=rules_at)
            _note_next(at)
            if opened.cases:
                touched.add_cases(f"SELECT case_id FROM {openings.OPENING}")
            swept.opened += opened.cases
            swept.held += opened.held
        _set_next()
        withdrawals.wake_for_withdrawals(facts["complaints"], at)
        if swept.opened or swept.routed:
            withdrawals.wake_taken_back(facts["complaints"], at)
        if swept.opened:
            sql.one_at_a_time(connection, sql.HEALTH)
            refresh_days(touched)
    return swept


@lru_cache(maxsize=32)
def _tables(books: tuple[Rulebook, ...], rules_at: datetime | None) -> frozenset[str]:
    """The tables that the triggers of these books read, with those that the money of an opening needs."""
    read = {fact for book in books for fact in columns_read(book, rules_at)} | {"order", "store"}
    return frozenset(name for name, table in TABLES.items() if table.fact in read)


def _note_next(at: datetime) -> None:
    """The first instant ahead at which a trigger that has no case yet gives one."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {_NEXT} SELECT f.order_id, min(f.fires_at) FROM {openings.FIRED} f"
            f" WHERE f.fires_at > {Instants(connection).literal(at)} AND NOT EXISTS (SELECT 1 FROM cases c"
            " WHERE c.order_id = f.order_id AND c.violation = f.violation AND c.complaint_id = f.key_complaint)"
            " GROUP BY f.order_id"
        )


def _set_next() -> None:
    """Every claimed order has been read: it is due again when something is ahead of it, or never."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE orders SET check_at = (SELECT n.check_at FROM {_NEXT} n WHERE n.order_id = orders.order_id)"
            f" WHERE order_id IN (SELECT order_id FROM {due.DUE})"
        )
