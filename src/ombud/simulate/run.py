"""Two books over the same past orders, with the same sellers: what each makes of them, and where they differ (G7)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from ombud.domain.cases import State
from ombud.domain.problems import N_, OmbudError, Problem
from ombud.domain.rulebook import Rulebook
from ombud.scan.find import Source
from ombud.scan.folder import Progress, known_at
from ombud.simulate.assumptions import Assumptions
from ombud.simulate.life import live
from ombud.simulate.past import Reader
from ombud.simulate.purse import Money, Settled, count_money, settle
from ombud.simulate.sellers import Sellers
from ombud.simulate.standing import OrderCounts, Standings, stand

Key = tuple[str, str, str]
"""(order, violation, complaint or empty)."""

ENDS = (State.WON, State.REJECTED, State.LOST, State.WITHDRAWN)
"""How a simulated case can end: nobody concedes."""

_EVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Side:
    """What one book makes of the past. `cases`: those that fired in the span that was asked for, by key."""

    book: Rulebook
    cases: Mapping[Key, Settled]
    others: Mapping[str, int]
    money: Money
    standings: Standings

    def ended(self, violation: str | None = None) -> Counter[State]:
        """How its cases ended, of one violation or of all."""
        return Counter(each.life.state for each in self.cases.values() if violation in (None, each.life.case.violation))

    def opened(self) -> Counter[str]:
        """Its cases by violation."""
        return Counter(each.life.case.violation for each in self.cases.values())

    def answered(self) -> int:
        """How many were answered in time."""
        return sum(each.life.submitted_at is not None for each in self.cases.values())

    def by_store(self) -> dict[str, list[Settled]]:
        """Its cases by store."""
        found: dict[str, list[Settled]] = {}
        for each in self.cases.values():
            found.setdefault(each.life.case.store_id, []).append(each)
        return found


@dataclass(frozen=True)
class Simulation:
    """Both sides. The cases fired in [since, until] (None: ever before); figures of stores are those at `until`."""

    old: Side
    new: Side
    since: datetime | None
    until: datetime
    rules_at: datetime | None
    seed: int
    assumptions: Assumptions
    orders: int
    orders_before_book: int

    @property
    def sides(self) -> tuple[Side, Side]:
        return self.old, self.new

    @property
    def fires_nothing(self) -> bool:
        """Every order is older than both books, and neither was put to them."""
        return self.rules_at is None and 0 < self.orders == self.orders_before_book

    def changes(self) -> list[tuple[Key, str]]:
        """Every case of either book, with `same`, `changed`, `new` (only under the new one) or `gone`; by instant."""
        keys = sorted(
            {**self.old.cases, **self.new.cases}.items(), key=lambda each: (each[1].life.case.fires_at, each[0])
        )
        return [(key, self._change(key)) for key, _ in keys]

    def _change(self, key: Key) -> str:
        old, new = self.old.cases.get(key), self.new.cases.get(key)
        if old is None:
            return "new"
        if new is None:
            return "gone"
        return "same" if _facts(old) == _facts(new) else "changed"


def _facts(settled: Settled) -> tuple[object, ...]:
    """What is to be the same for a case to be the same."""
    life = settled.life
    return (
        life.case.fires_at,
        life.opened_at,
        life.due_at,
        life.submitted_at,
        life.closed_at,
        life.state,
        settled.held_minor,
        dict(settled.charged_minor),
    )


def simulate(
    source: Source,
    *,
    old: Rulebook,
    new: Rulebook,
    assumptions: Assumptions,
    seed: int = 1,
    since: datetime | None = None,
    until: datetime | None = None,
    rules_at: datetime | None = None,
    progress: Progress | None = None,
) -> Simulation:
    """Runs both books over the facts of `source`. The clock runs until the last of the cases has ended.

    since, until: the cases that fired in between; default: everything up to the newest thing that the facts know. What
    fired before is played as well, for the figures of stores look back, and is not counted. rules_at: both books at
    their versions then. Raises OmbudError: books of two platforms, nothing assumed, no clause in force.
    """
    _refuse(old, new, since, until)
    assumptions.check_for(old, new)
    newest = known_at(source.connection)
    until = until or newest or _starts(old, new)
    begins_at = since or _EVER
    reader, orders = Reader(source, rules_at=rules_at), OrderCounts(source.connection, old.name)
    sellers = Sellers(assumptions, old, seed=seed, rules_at=rules_at)
    sides = []
    for place, book in enumerate((old, new)):
        if progress:
            progress("triggers", place, 2)
        sides.append(_side(book, reader, orders, sellers, begins_at, until, rules_at))
    placed, early = _orders(source, old, _starts(old, new))
    return Simulation(
        sides[0],
        sides[1],
        since,
        until,
        rules_at,
        seed,
        assumptions,
        placed,
        0 if rules_at else early,
    )


def _side(
    book: Rulebook,
    reader: Reader,
    orders: OrderCounts,
    sellers: Sellers,
    since: datetime,
    until: datetime,
    rules_at: datetime | None,
) -> Side:
    past = reader.read(book, since=since, until=until)
    settled = settle((live(case, book, sellers, rules_at=rules_at) for case in past.cases), book, rules_at=rules_at)
    counted = [each for each in settled if each.life.case.fires_at >= since]
    standings = stand([each.life for each in settled], orders, book, since=since, until=until, rules=rules_at or until)
    return Side(book, {each.life.case.key: each for each in counted}, past.others, count_money(counted), standings)


def _refuse(old: Rulebook, new: Rulebook, since: datetime | None, until: datetime | None) -> None:
    if old.name != new.name:
        raise OmbudError(
            Problem(
                "two_platforms",
                N_("The rulebooks are of two platforms, {old} and {new}: their cases cannot be compared."),
                {"old": old.name, "new": new.name},
                mend=N_("Name two rulebooks of one platform."),
            )
        )
    if since is not None and until is not None and since > until:
        raise OmbudError(
            Problem(
                "since_after_until", N_("--since is later than --until."), {}, mend=N_("Swap them, or leave one out.")
            )
        )


def _starts(*books: Rulebook) -> datetime:
    return min(book.starts_at for book in books)


def _orders(source: Source, book: Rulebook, starts_at: datetime) -> tuple[int, int]:
    """Orders of the book's platform, and how many of them were paid before any book began."""
    [(placed, early)] = source.connection.execute(
        "SELECT count(*), count(*) FILTER (o.paid_at < ?) FROM orders o JOIN stores s USING (store_id)"
        " WHERE s.platform = ?",
        [starts_at, book.name],
    ).fetchall()
    return int(placed), int(early)
