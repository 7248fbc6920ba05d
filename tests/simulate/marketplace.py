"""Small pasts, sellers of whom everything is known, and books that differ in one place."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from decimal import Decimal
from typing import Any

import duckdb

from ombud.domain.instants import parse_instant
from ombud.domain.rulebook import Rulebook, load
from ombud.rulebooks import open_book
from ombud.scan.find import Source
from ombud.simulate.assumptions import Assumptions
from ombud.simulate.assumptions import load as load_assumptions
from ombud.simulate.run import Side, Simulation, simulate
from tests.test_rules import facts_of
from tests.worlds import Facts, arrow

ASSUMED = """\
name: tried
title: {{en: a, ru: b, zh: c}}
platforms:
  {platform}:
    sweep: [{{from: 2026-01-01, note: x, value: {sweep}}}]
    answered: [{{from: 2026-01-01, note: x, share: {answered}}}]
    answer_after: [{{from: 2026-01-01, note: x, spans: [{after}, {after}]}}]
    accepted: [{{from: 2026-01-01, note: x, share: {accepted}}}]
    to_a_person: [{{from: 2026-01-01, note: x, share: {person}}}]
    ruled_after: [{{from: 2026-01-01, note: x, spans: [{ruled}, {ruled}]}}]
    mended: [{{from: 2026-01-01, note: x, share: {mended}}}]
    mend_after: [{{from: 2026-01-01, note: x, spans: [{mend_after}, {mend_after}]}}]
    mended_accepted: [{{from: 2026-01-01, note: x, share: {mended_accepted}}}]
"""


def assumed(platform: str = "ozon", **said: str) -> Assumptions:
    """Sellers who all do the same: answer after 10 h, and convince, unless `said` otherwise."""
    words = {
        "sweep": "2h",
        "answered": "1",
        "after": "10h",
        "accepted": "1",
        "person": "0",
        "ruled": "1h",
        "mended": "0",
        "mend_after": "1h",
        "mended_accepted": "1",
    }
    assert set(said) <= set(words)
    return load_assumptions(ASSUMED.format(platform=platform, **{**words, **said}), file="tried.yaml")


def changed(old: str, new: str, platform: str = "ozon") -> Rulebook:
    """A shipped book in which one text stands in another's place."""
    text = open_book(platform).text
    assert text.count(old) == 1, (old, text.count(old))
    return load(text.replace(old, new), file=f"{platform}-changed.yaml")


SHORT = ("cite: O9, value: 72h", "cite: O9, value: 24h")
"""The response window of the Ozon book, and a shorter one."""


def at(text: str) -> datetime:
    """`03-20 12:00` of 2026."""
    return parse_instant(f"2026-{text.replace(' ', 'T')}:00Z")


@contextmanager
def past(facts: Facts) -> Iterator[Source]:
    """The facts as a source."""
    connection = duckdb.connect(":memory:")
    connection.execute("SET TimeZone = 'UTC'")
    for name, table in arrow(facts).items():
        connection.register("given", table)
        connection.execute(f"CREATE TABLE {name} AS FROM given")
        connection.unregister("given")
    try:
        yield Source(connection, folded=False)
    finally:
        connection.close()


def given(platform: str = "ozon", **said: Any) -> Facts:
    """Facts in the words of tests/rules, of stores whose commission is 15 %."""
    facts = facts_of(platform, said)
    for store in facts["stores"]:
        store["commission_rate"] = Decimal("0.15")
    return facts


def unshipped(*orders: str, **said: Any) -> Facts:
    """Orders that nobody ever shipped: each a case `not_shipped` as of 2026-03-20 12:00, unless `said` otherwise."""
    order = {"shipped_at": None, "amount_minor": 10_000, "shipping_minor": 500, **said}
    return given(orders={name: dict(order) for name in orders})


def tried(
    facts: Facts,
    new: Rulebook | None = None,
    old: Rulebook | None = None,
    *,
    assumptions: Assumptions | None = None,
    until: datetime | None = None,
    **said: Any,
) -> Simulation:
    """Both books (by default the shipped one) over the facts."""
    old = old or open_book("ozon")
    with past(facts) as source:
        return simulate(
            source,
            old=old,
            new=new or old,
            assumptions=assumptions or assumed(old.name),
            until=until or parse_instant("2026-12-31"),
            **said,
        )


def only(side: Side) -> Any:
    """The one case of a side."""
    (settled,) = side.cases.values()
    return settled
