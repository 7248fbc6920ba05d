"""`ombud sanctions` and `ombud protection`."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from ombud.rulebooks import open_book
from ombud.store.models import RulebookVersion, Sanction
from tests.cli.run import Run, runner
from tests.store.rows import a_store

pytestmark = pytest.mark.django_db

AT = datetime(2026, 6, 1, tzinfo=UTC)
DAY = timedelta(days=1)
NOW = ("--at", "2026-06-01T00:00:00Z")


@pytest.fixture
def ombud(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    return runner(monkeypatch, capsys)


@pytest.fixture
def world() -> None:
    """A store on close watch, and a carrier that was flagged until yesterday."""
    book = open_book("ozon")
    RulebookVersion.objects.create(digest=book.digest, name="ozon", text=book.text, used_from=AT)
    a_store("shop-1")
    more = {"platform": "ozon", "begun_at": AT - 9 * DAY, "rulebook_id": book.digest}
    Sanction.objects.create(
        over="store", subject="shop-1", measure="close_watch", figure="0.842105", base=19,
        clause="sanctions.close_watch@2026-03-12", **more,
    )  # fmt: skip
    Sanction.objects.create(
        over="carrier", subject="yto", measure="flag_high_risk", figure="22", base=310, ended_at=AT - DAY,
        clause="sanctions.risky_carrier@2026-03-12", **more,
    )  # fmt: skip


def test_sanctions_show_what_follows_with_the_figure_its_base_and_the_clause(ombud: Run, world: None) -> None:
    out = ombud("sanctions", *NOW, width=80).out
    assert "84.21 %" in out
    assert "Close watch: stricter" in out
    assert "yto" not in out
    flagged = ombud("sanctions", "--at", "2026-05-30", "--over", "carrier").out
    assert [line.split()[-4:-2] for line in flagged.splitlines() if line.startswith("yto")] == [["22", "310"]]
    assert max(len(line) for line in out.splitlines()) <= 80


def test_flags_are_readable_by_programs_as_of_any_instant(ombud: Run, world: None) -> None:
    words = ("sanctions", "--over", "carrier", "--subject", "yto", "--json")
    assert json.loads(ombud(*words, *NOW).out)["sanctions"] == []
    (one,) = json.loads(ombud(*words, "--at", "2026-05-30").out)["sanctions"]
    assert (one["measure"], one["figure"], one["base"], one["platform"]) == ("flag_high_risk", "22", 310, "ozon")
    assert (one["begun_at"], one["ended_at"]) == ("2026-05-23T00:00:00Z", "2026-05-31T00:00:00Z")
    assert one["title"] == "High-risk carrier"


def test_nothing_in_force_and_an_unknown_kind_are_said(ombud: Run) -> None:
    assert "No sanction is in force." in ombud("sanctions").out
    said = ombud("sanctions", "--over", "planet")
    assert (said.code, "store, carrier, warehouse, buyer" in said.err) == (2, True)


def test_protection_is_subscribed_listed_refused_twice_and_ended(ombud: Run) -> None:
    a_store("shop-1")
    assert "Nobody has subscribed" in ombud("protection").out
    assert "until further notice" in ombud("protection", "shop-1", "--since", "2026-04-01").out
    twice = ombud("protection", "shop-1", "--since", "2026-05-01")
    assert (twice.code, "protected from 2026-04-01T00:00:00Z" in twice.err) == (2, True)
    ombud("protection", "shop-1", "--until", "2026-05-01")
    assert json.loads(ombud("protection", "shop-1", "--json").out)["protections"] == [
        {"store_id": "shop-1", "since": "2026-04-01T00:00:00Z", "until": "2026-05-01T00:00:00Z"}
    ]
    assert ombud("protection", "shop-2").code == 2
    assert "Whose protection is it?" in ombud("protection", "--since", "2026-04-01").err
