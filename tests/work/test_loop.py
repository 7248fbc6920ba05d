"""The due loop: what is due by now, done once; by a clock that may jump and a store that may be away."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.db import connection

from ombud.domain.problems import OmbudError
from ombud.store.models import Case, Order
from ombud.work.loop import TickReport, run, tick
from tests.actions.taking import BOOKS, DAY, HOUR, START, a_parcel, a_store, an_order, take
from tests.conftest import OwnStore

UNSHIPPED = {"stores": [a_store()], "orders": [an_order()]}
SECOND = timedelta(seconds=1)


class Clock:
    """A clock that moves only while somebody waits, and a list of what then happens."""

    def __init__(self, at: datetime) -> None:
        self.at = at
        self.waits: list[timedelta] = []
        self.told: list[TickReport | OmbudError] = []
        self.ends_at = at + 30 * DAY

    def now(self) -> datetime:
        return self.at

    def wait(self, span: timedelta) -> bool:
        if span:
            self.waits.append(span)
            self.at += span
        return self.at >= self.ends_at or len(self.waits) > 50

    def run(self, every: timedelta) -> None:
        run(books=BOOKS, clock=self.now, wait=self.wait, every=every, tell=self.told.append)


@pytest.mark.django_db
def test_a_tick_opens_and_closes_what_is_due_and_nothing_the_second_time() -> None:
    take(UNSHIPPED)
    assert tick(START + 3 * DAY, books=BOOKS) == TickReport(
        START + 3 * DAY, checked=1, opened=1, held=Counter(RUB=100_00)
    )
    assert tick(START + 3 * DAY, books=BOOKS) == TickReport(START + 3 * DAY)
    assert tick(START + 6 * DAY, books=BOOKS) == TickReport(START + 6 * DAY, closed=1)


@pytest.mark.django_db
def test_rules_at_applies_the_books_of_an_instant_to_facts_older_than_they_are() -> None:
    long_ago = START - 3000 * DAY
    store = a_store(verified_at=long_ago)
    take({"stores": [store], "orders": [an_order(paid_at=long_ago, ship_by=long_ago + DAY)]})
    assert tick(long_ago + 2 * DAY, books=BOOKS).opened == 0
    Order.objects.update(check_at=long_ago)
    assert tick(long_ago + 2 * DAY, books=BOOKS, rules_at=START).opened == 1
    assert tick(long_ago + 9 * DAY, books=BOOKS, rules_at=START).closed == 1
    assert Case.objects.get().platform_status == "Resolved"


@pytest.mark.django_db
def test_the_loop_wakes_at_the_very_instant_at_which_something_is_due() -> None:
    take({**UNSHIPPED, "parcels": [a_parcel()]})
    clock = Clock(START)
    clock.run(every=DAY)
    opened = [report.at for report in clock.told if isinstance(report, TickReport) and report.opened]
    assert opened == [START + HOUR + 2 * DAY, START + 3 * DAY]
    assert [case.closed_at for case in Case.objects.order_by("closed_at")] == [instant + 3 * DAY for instant in opened]


@pytest.mark.django_db
def test_the_loop_looks_for_new_facts_at_least_as_often_as_it_was_told() -> None:
    clock = Clock(START)
    clock.ends_at = START + HOUR
    clock.run(every=10 * SECOND)
    assert set(clock.waits) == {10 * SECOND}
    assert clock.told == []


@pytest.mark.django_db
def test_a_clock_set_back_does_not_turn_time_back() -> None:
    take(UNSHIPPED)
    clock = Clock(START + 3 * DAY)
    times = iter([clock.at, clock.at, clock.at - 10 * DAY, clock.at - 9 * DAY])
    seen: list[timedelta] = []

    def wait(span: timedelta) -> bool:
        if span:
            seen.append(span)
            take({"stores": [], "orders": [an_order(f"again{len(seen)}", paid_at=START)]}, known_at=START + DAY)
        return len(seen) == 3

    run(books=BOOKS, clock=lambda: next(times), wait=wait, every=HOUR, tell=clock.told.append)
    opened = list(Case.objects.order_by("opened_at").values_list("opened_at", flat=True))
    assert opened == [START + 3 * DAY] * 3


def test_the_loop_goes_on_when_the_store_was_away_for_a_while(store: OwnStore, tmp_path: Path) -> None:
    take(UNSHIPPED)
    clock = Clock(START)
    clock.ends_at = START + 4 * DAY

    def away(wanted: bool) -> None:
        if connection.vendor == "postgresql":
            # Connections end and new ones are refused: what a restart of the server looks like.
            name = connection.settings_dict["NAME"]
            with connection._nodb_cursor() as cursor:
                cursor.execute(f"ALTER DATABASE {name} WITH ALLOW_CONNECTIONS {'false' if wanted else 'true'}")
                cursor.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name])
        else:
            connection.close()
            here, gone = tmp_path / "store.sqlite3", tmp_path / "away"
            if wanted:
                here.rename(gone)
                here.mkdir()
            else:
                here.rmdir()
                gone.rename(here)

    def wait(span: timedelta) -> bool:
        done = clock.wait(span)
        if span and len(clock.waits) == 1:
            away(True)
        if span and len(clock.waits) == 5:
            away(False)
        return done

    run(books=BOOKS, clock=clock.now, wait=wait, every=DAY, tell=clock.told.append)
    failures = [told for told in clock.told if isinstance(told, OmbudError)]
    assert {error.problems[0].code for error in failures} == {"store_unreachable"}
    assert clock.waits[1:5] == [SECOND, 2 * SECOND, 4 * SECOND, 8 * SECOND]
    assert Case.objects.count() == 1


@pytest.mark.django_db
def test_what_waiting_does_not_mend_ends_the_loop() -> None:
    from ombud.domain.rulebook import load

    text = BOOKS["ozon"].text
    late = load(
        text.replace("  hold:\n    - from: 2026-03-12\n", "  hold:\n    - from: 2026-09-01\n"), file="late.yaml"
    )
    take(UNSHIPPED)
    with pytest.raises(OmbudError, match=r"money\.hold"):
        run(books={"ozon": late}, clock=lambda: START + 3 * DAY, wait=lambda _: False, every=HOUR, tell=print)


def _ombud(store: OwnStore, *arguments: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", "from ombud.cli import main; main()", *arguments]
    return subprocess.Popen(command, env=store.environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_worker_asked_to_stop_ends_well(store: OwnStore, number: signal.Signals) -> None:
    take(UNSHIPPED)
    worker = _ombud(store, "work", "--json", "--every", "1s")
    assert worker.stdout
    report = json.loads(worker.stdout.readline())
    assert (report["checked"], report["opened"], report["held"]) == (1, 1, {"RUB": 100_00})
    worker.send_signal(number)
    output, said = worker.communicate(timeout=60)
    assert (worker.returncode, output) == (0, "")
    assert said.splitlines()[-1] == "Stopped."
    assert Case.objects.count() == 1


def test_tick_and_work_once_say_what_they_did(store: OwnStore) -> None:
    take(UNSHIPPED)
    at = (START + 3 * DAY).isoformat()
    output, said = _ombud(store, "tick", "--at", at, "--json").communicate(timeout=120)
    sealed = (1, None) if connection.vendor == "sqlite" else (None, "no_signing_key")  # a server's key must be named
    told = json.loads(output)
    assert (told.pop("chained"), told.pop("checkpoint"), told.pop("not_sealed")) == (1, *sealed)
    assert told == {
        "at": "2026-04-04T00:00:00Z", "checked": 1, "opened": 1, "routed": 0, "withdrawn": 0, "ruled": 0, "closed": 0,
        "settled": 0, "reminded": 0, "let_go": 0, "held": {"RUB": 100_00}, "without_book": {},
    }, said  # fmt: skip
    output, said = _ombud(store, "work", "--once").communicate(timeout=120)
    assert "lost by the clock 1" in output, said


def test_two_books_of_one_platform_are_refused(store: OwnStore, tmp_path: Path) -> None:
    other = tmp_path / "mine.yaml"
    other.write_text(BOOKS["ozon"].text, encoding="utf-8")
    worker = _ombud(store, "tick", "--at", "2026-04-01", "--rulebook", "ozon", "--rulebook", str(other))
    _, said = worker.communicate(timeout=120)
    assert worker.returncode == 2
    assert "both rulebooks of ozon" in said
