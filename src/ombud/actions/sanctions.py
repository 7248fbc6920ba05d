"""Begins and ends what a book threatens: over stores, carriers, warehouses and buyers (O16, O17, S10, S11).

Only those are looked at whose facts have changed, or whose figures the passing of time can change, at the instant at
which it does: a count when a case falls out of its window, a rate at each midnight UTC while it can still change.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction
from math import ceil, floor

from django.db import connection, transaction
from django.db.models import F
from django.db.models.functions import Greatest

from ombud.actions import rulebooks
from ombud.actions.cases import Books
from ombud.domain.health import DAY, Share
from ombud.domain.instants import start_of_day
from ombud.domain.rulebook import Dated, Rulebook
from ombud.domain.rulebook.clauses.rulings import SanctionVersion
from ombud.domain.sanctions import Measured, Over, is_in_force, is_passed
from ombud.store import sanction_counts as counts
from ombud.store import sql, staging
from ombud.store.database import spoken
from ombud.store.health import Figure, curve, measured
from ombud.store.health_counts import CASE_COUNTS
from ombud.store.instants import Instants
from ombud.store.models import OutboxMessage, Sanction, SanctionReview
from ombud.store.staging import Field

BATCH = 1_000
"""Subjects to a transaction."""
_CASES = frozenset({*CASE_COUNTS, "closed_cases"})


@dataclass(frozen=True)
class Reviewed:
    """What a review did: how many it looked at, and what began and ended."""

    subjects: int = 0
    begun: int = 0
    ended: int = 0

    def __add__(self, other: Reviewed) -> Reviewed:
        return Reviewed(self.subjects + other.subjects, self.begun + other.begun, self.ended + other.ended)


def review(at: datetime, *, books: Books, actor: str, rules_at: datetime | None = None, batch: int = BATCH) -> Reviewed:
    """Looks at everyone who is due at `at`, and begins and ends sanctions as their book says.

    A sanction begins when it is seen to be due, never in the past. What a platform without a book among `books` has is
    left for when somebody brings one. rules_at: the books as in force then. Raises OmbudError where the store cannot be
    used.
    """
    done = Reviewed()
    with spoken():
        if not SanctionReview.objects.filter(review_at__lte=at).exists():
            return done
        rulebooks.register(books, at=at, actor=actor)
        while True:
            with transaction.atomic():
                sql.one_at_a_time(connection, sql.HEALTH)
                platforms = _claim(at, batch)
                if not platforms:
                    return done
                for platform, count in platforms.items():
                    _unset(platform, forget=platform in books)
                    if book := books.get(platform):
                        done += Reviewed(subjects=count) + _Look(book, at, rules_at).look()


def _claim(at: datetime, batch: int) -> dict[str, int]:
    """Those who are due stand in `reviewed_subjects`; how many they are by platform."""
    fields = (Field("platform"), Field("over"), Field("subject"))
    staging.create(connection, counts.REVIEWED, fields, key=("platform", "over", "subject"))
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {counts.REVIEWED} ADD COLUMN since {Instants(connection).column_type}")
        cursor.execute(
            f"INSERT INTO {counts.REVIEWED} (platform, over, subject, since) SELECT platform, over, subject, since"
            f" FROM sanction_reviews WHERE review_at <= {Instants(connection).literal(at)}"
            f" ORDER BY review_at LIMIT {int(batch)}"
        )
        cursor.execute(f"SELECT platform, count(*) FROM {counts.REVIEWED} GROUP BY platform ORDER BY platform")
        return {platform: int(count) for platform, count in cursor.fetchall()}


def _unset(platform: str, *, forget: bool) -> None:
    since = ", since = NULL" if forget else ""
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE sanction_reviews SET review_at = NULL{since} WHERE platform = {sql.text(platform)} AND EXISTS"
            f" (SELECT 1 FROM {counts.REVIEWED} r WHERE r.platform = sanction_reviews.platform"
            " AND r.over = sanction_reviews.over AND r.subject = sanction_reviews.subject)"
        )


class _Look:
    """One look at those of one platform who stand in `reviewed_subjects`."""

    def __init__(self, book: Rulebook, at: datetime, rules_at: datetime | None) -> None:
        self.book = book
        self.at = at
        self.rules_at = rules_at or at
        self.clauses: dict[str, Dated[SanctionVersion]] = {
            name: version
            for name, versions in book.under("sanctions").items()
            for version in versions
            if version.holds_at(self.rules_at)
        }
        self.next: dict[tuple[str, str], datetime] = {}
        self.open: dict[tuple[str, str, str], Sanction] = {}
        self.begun: list[Sanction] = []
        self.ended: list[Sanction] = []

    def look(self) -> Reviewed:
        for over in (Over.CARRIER, Over.WAREHOUSE, Over.BUYER):
            self._tally(over)
        self.open = self._open()
        figures = self._figures()
        for name, clause in self.clauses.items():
            if clause.value.figure is not None:
                self._by_figure(name, clause, figures)
            else:
                self._by_count(name, clause)
        gone = [one for (_, _, name), one in self.open.items() if name not in self.clauses]
        self.ended += gone  # the book no longer threatens it
        self._expect_other_rules()
        self._write()
        return Reviewed(begun=len(self.begun), ended=len(self.ended))

    def _of(self, over: Over) -> list[SanctionVersion]:
        return [clause.value for clause in self.clauses.values() if clause.value.over == over]

    def _tally(self, over: Over) -> None:
        windows = [clause.window for clause in self._of(over)]
        if not windows:
            return
        longest = None if None in windows else max(window for window in windows if window)
        touched = counts.tally_cases(self.book.name, over, self.at, longest)
        counts.add_reviewed(self.book.name, over, touched)
        if longest is not None:
            counts.forget_tallies(self.book.name, over, self.at - longest)

    def _open(self) -> dict[tuple[str, str, str], Sanction]:
        """(over, subject, name of the clause) -> the sanction that has begun and not ended."""
        rows = Sanction.objects.raw(
            f"SELECT s.* FROM {counts.REVIEWED} r JOIN sanctions s ON s.platform = r.platform AND s.over = r.over"
            f" AND s.subject = r.subject WHERE r.platform = {sql.text(self.book.name)} AND s.ended_at IS NULL"
        )
        return {(one.over, one.subject, _name(one.clause)): one for one in rows}

    def _figures(self) -> Mapping[str, Mapping[str, Figure]]:
        versions = {
            figure: version
            for clause in self.clauses.values()
            if (figure := clause.value.figure) is not None
            for version in self.book.clauses.get(f"health.{figure}", ())
            if version.holds_at(self.rules_at)
        }
        return measured(f"s.store_id IN ({counts.of(self.book.name, Over.STORE)})", self.at, self.book, versions)

    def _by_figure(
        self, name: str, clause: Dated[SanctionVersion], figures: Mapping[str, Mapping[str, Figure]]
    ) -> None:
        for store_id, mine in figures.items():
            figure = mine.get(str(clause.value.figure))
            if figure is None:
                continue
            now = _measure(figure, figure.share)
            passed_since = self._passed_since(store_id, clause.value, figure)
            self._decide(name, clause, Over.STORE, store_id, now, passed_since)
            if is_passed(clause.value, now) or not _is_quiet(clause.value, figure.share):
                self._expect(Over.STORE, store_id, start_of_day(self.at.date()) + DAY)

    def _passed_since(self, store_id: str, clause: SanctionVersion, figure: Figure) -> datetime | None:
        """The end of the first UTC day of those that have all passed the threshold, up to the day before `at`."""
        if clause.lasting is None or not is_passed(clause, _measure(figure, figure.share)):
            return None
        since = None
        days = clause.lasting // DAY + 1
        for day, share in reversed(list(curve(store_id, figure, self.at.date() - DAY, days=days))):
            if not is_passed(clause, _measure(figure, share)):
                break
            since = start_of_day(day) + DAY
        return since

    def _by_count(self, name: str, clause: Dated[SanctionVersion]) -> None:
        over, window, platform = Over(clause.value.over), clause.value.window, self.book.name
        match clause.value.counts, over:
            case "losses_in_a_row", Over.STORE:
                found = counts.losses_in_a_row(platform, self.at, window)
            case "cases", Over.STORE:
                found = counts.cases_of_stores(platform, self.at, window)
            case ("cases", Over.CARRIER | Over.WAREHOUSE) | ("weak_disputes", Over.BUYER):
                found = counts.tallied(platform, over, self.at, window)
            case _:  # nobody can be counted like that
                return
        before = len(self.begun)
        for subject, now in found.items():
            self._decide(name, clause, over, subject, now, None)
        new = self.begun[before:]
        if over in (Over.CARRIER, Over.WAREHOUSE):
            parcels = counts.parcels_of(platform, over, [one.subject for one in new], self.at, window)
            for one in new:
                one.base = parcels.get(one.subject, 0)
        if window is not None:
            passed = [subject for subject, now in found.items() if is_passed(clause.value, now)]
            self._expect_the_edge(clause.value, over, passed, window)

    def _expect_the_edge(self, clause: SanctionVersion, over: Over, passed: list[str], window: timedelta) -> None:
        """A count falls when a case leaves the window: look again when the one goes that keeps it up."""
        if over is Over.STORE:
            for subject in passed:
                self._expect(over, subject, start_of_day(self.at.date()) + DAY)
            return
        least = ceil(clause.at_least) if clause.at_least is not None else floor(clause.above or 0) + 1
        for subject, at in counts.nth_newest(self.book.name, over, passed, self.at, least).items():
            self._expect(over, subject, at + window)

    def _decide(
        self,
        name: str,
        clause: Dated[SanctionVersion],
        over: Over,
        subject: str,
        now: Measured,
        passed_since: datetime | None,
    ) -> None:
        running = self.open.get((over, subject, name))
        due = is_in_force(clause.value, now, passed_since, self.at)
        if due and running is None:
            self.begun.append(
                Sanction(
                    platform=self.book.name,
                    over=over,
                    subject=subject,
                    measure=clause.value.measure,
                    begun_at=self.at,
                    figure=now.told(),
                    base=now.base,
                    clause=f"sanctions.{name}@{clause.valid_from.date().isoformat()}",
                    rulebook_id=self.book.digest,
                )
            )
        elif running is not None and not due:
            self.ended.append(running)

    def _expect(self, over: Over, subject: str, at: datetime) -> None:
        self.next[over, subject] = min(at, self.next.get((over, subject), at))

    def _expect_other_rules(self) -> None:
        """All of them are looked at again when another version of a sanction or figure comes into force."""
        dates = [
            version.valid_from
            for section in ("sanctions", "health")
            for versions in self.book.under(section).values()
            for version in versions
            if version.valid_from > self.at
        ]
        if not dates:
            return
        with connection.cursor() as cursor:
            for over in Over:
                cursor.execute(counts.of(self.book.name, over))
                for (subject,) in cursor.fetchall():
                    self._expect(over, subject, min(dates))

    def _write(self) -> None:
        Sanction.objects.bulk_create(self.begun)
        Sanction.objects.filter(pk__in=[one.pk for one in self.ended], ended_at__isnull=True).update(
            ended_at=Greatest(F("begun_at"), self.at)
        )
        OutboxMessage.objects.bulk_create(
            OutboxMessage(key=f"{topic}:{one.pk}", topic=topic, payload=_told(one), at=self.at, due_at=self.at)
            for topic, some in (("sanction.begun", self.begun), ("sanction.ended", self.ended))
            for one in some
        )
        with connection.cursor() as cursor:
            cursor.executemany(
                "INSERT INTO sanction_reviews (platform, over, subject, review_at)"
                f" VALUES ({sql.text(self.book.name)}, %s, %s, %s) ON CONFLICT (platform, over, subject)"
                " DO UPDATE SET review_at = excluded.review_at",
                [
                    (over, subject, connection.ops.adapt_datetimefield_value(at))
                    for (over, subject), at in sorted(self.next.items())
                ],
            )


def _told(one: Sanction) -> dict[str, object]:
    return {
        "sanction_id": one.pk,
        "platform": one.platform,
        "over": one.over,
        "subject": one.subject,
        "measure": one.measure,
        "clause": one.clause,
    }


def _name(clause: str) -> str:
    """`sanctions.warning@2026-03-12` -> `warning`."""
    return clause.partition("@")[0].removeprefix("sanctions.")


def _measure(figure: Figure, share: Share) -> Measured:
    part, base = figure.counts
    if base is None:
        return Measured(Fraction(share.part), share.part, share.part)
    cases = share.base if base in _CASES or part not in _CASES else share.part
    return Measured(share.rate, share.base, cases, is_rate=True)


def _is_quiet(clause: SanctionVersion, share: Share) -> bool:
    """Whether the passing of time alone can never make it pass: with nothing lost there is nothing to grow."""
    return share.part == share.base if clause.below is not None else share.part == 0
