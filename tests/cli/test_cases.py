"""`ombud cases` and `ombud case`: what a person reads, what a program reads, and what is refused."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import Any

import pytest
from rich.cells import cell_len
from rich.console import Console

from ombud.cli import say
from ombud.cli.cases import Page, watch_queue
from ombud.rulebooks import open_book
from ombud.store.models import Case, CaseEvent, Line, Posting, Scan
from ombud.store.queue import Wanted
from tests.cli.run import Run, runner
from tests.store.rows import a_case, a_parcel, a_store, an_order

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)
AT = datetime(2026, 5, 10, 12, tzinfo=UTC)
NOW = ("--at", "2026-05-10T12:00:00Z")
LONG = "987654321-0001-2026-04-27-ABCDEFGHIJ"


@pytest.fixture
def ombud(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    return runner(monkeypatch, capsys)


@pytest.fixture
def world() -> list[Case]:
    """A late case, one with 41 minutes left, one of another platform and zone, one lost."""
    ozon = a_store("stahl-moscow-electronics-premium-2026")
    shopify = a_store("lumen.myshopify.com", "shopify", site="lumen.myshopify.com", timezone="Asia/Shanghai")
    late = a_case(an_order(ozon, LONG, amount_minor=128_430_000), AT - 73 * HOUR, violation="tracking_reused")
    soon = a_case(
        an_order(ozon, "123456789", amount_minor=1_249_000),
        AT - 72 * HOUR + timedelta(minutes=41, seconds=7),
        violation="no_first_scan",
        clause="triggers.no_first_scan@2026-03-12",
    )
    other = a_case(
        an_order(shopify, "#10442", currency="USD", amount_minor=8_600), AT - 60 * HOUR, violation="buyer_dispute"
    )
    lost = a_case(an_order(ozon, "gone"), AT - 100 * HOUR, state="lost", closed_at=AT - 28 * HOUR)
    return [late, soon, other, lost]


def test_an_empty_store_says_so(ombud: Run) -> None:
    said = ombud("cases", *NOW)
    assert (said.code, "No case is open." in said.out) == (0, True)
    assert "money held:  0" in said.out


def test_a_filter_that_nothing_matches_says_so_without_calling_it_an_error(ombud: Run, world: list[Case]) -> None:
    said = ombud("cases", *NOW, "--violation", "item_mismatch")
    assert (said.code, "No case is like that." in said.out) == (0, True)


def test_the_clock_leads_and_shows_both_zones_the_money_and_the_platform_s_word(ombud: Run, world: list[Case]) -> None:
    rows = ombud("cases", *NOW, width=140).out.splitlines()
    soon = next(row for row in rows if "123456789" in row)
    assert soon.startswith("41:07")
    for part in ("2026-05-10 12:41", "15:41 Moscow", "12\u202f490.00 RUB", f"#{world[1].case_id} New"):
        assert part in soon
    assert "08:00 Shanghai" in next(row for row in rows if "#10442" in row)
    assert [row.split()[0] for row in rows if " RUB " in row or " USD " in row][-3:] == ["too", "41:07", "12"]


def test_the_header_counts_by_urgency_and_adds_money_up_by_currency(ombud: Run, world: list[Case]) -> None:
    head = ombud("cases", *NOW).out.splitlines()
    assert head[0] == "too late 1 · under an hour 1 · due today 1 · this week 0"
    assert head[1] == "money held:  1\u202f296\u202f790.00 RUB  86.00 USD"


@pytest.mark.parametrize("language", ["en", "ru", "zh"])
@pytest.mark.parametrize("width", [60, 80, 100, 140, 200])
def test_no_line_is_wider_than_the_terminal_and_no_clock_or_amount_is_cut(
    ombud: Run, world: list[Case], width: int, language: str
) -> None:
    out = ombud("--lang", language, "cases", *NOW, width=width).out
    assert max(cell_len(line) for line in out.splitlines()) <= width
    place = {"en": "15:41 Moscow", "ru": "15:41 Москва", "zh": "15:41 莫斯科"}[language]
    for whole in ("41:07", "12:41", "1\u202f284\u202f300.00 RUB", "12\u202f490.00 RUB", "86.00 USD", place):
        assert whole in out
    shown = next(word for word in out.split() if word.startswith("987"))
    assert shown.startswith("987654") or "…" in shown


def test_long_ids_lose_their_middle_and_keep_both_ends(ombud: Run, world: list[Case]) -> None:
    out = ombud("cases", *NOW, width=60).out
    assert LONG not in out
    shown = next(word for word in out.split() if word.startswith("9876"))
    assert "…" in shown
    assert LONG.endswith(shown.split("…")[1])


def test_the_title_of_a_violation_is_in_the_reader_s_language(ombud: Run, world: list[Case]) -> None:
    titles = open_book("ozon").value("violations.no_first_scan", AT).title
    for language in ("en", "ru", "zh"):
        assert titles.speak(language)[:8] in ombud("--lang", language, "cases", *NOW, width=200).out


def test_the_default_of_at_is_now(ombud: Run) -> None:
    store = a_store()
    a_case(an_order(store, "fresh"), datetime.now(UTC) - HOUR)
    a_case(an_order(store, "not yet"), datetime.now(UTC) + HOUR)
    found = json.loads(ombud("cases", "--json").out)
    assert [case["order_id"] for case in found["cases"]] == ["fresh"]
    assert 70 * 3600 < found["cases"][0]["left_seconds"] <= 71 * 3600


def test_json_has_every_case_with_exact_instants_and_minor_units(ombud: Run, world: list[Case]) -> None:
    found = json.loads(ombud("cases", *NOW, "--json").out)
    assert found["open"] == {"too_late": 1, "under_an_hour": 1, "due_today": 1, "this_week": 0, "later": 0}
    assert found["held_minor"] == {"RUB": 129_679_000, "USD": 8_600}
    late, soon, other = found["cases"]
    assert (late["left_seconds"], late["urgency"]) == (-3_600, "too_late")
    assert (soon["due_at"], soon["due_at_store"]) == ("2026-05-10T12:41:07Z", "2026-05-10T15:41:07+03:00")
    assert (soon["left_seconds"], soon["held_minor"], soon["currency"]) == (2_467, 1_249_000, "RUB")
    assert (other["platform"], other["state"], other["platform_status"]) == ("shopify", "opened", "New")


@pytest.mark.parametrize(
    ("words", "orders"),
    [
        (["--platform", "shopify"], ["#10442"]),
        (["--store", "stahl-moscow-electronics-premium-2026"], [LONG, "123456789"]),
        (["--violation", "no_first_scan"], ["123456789"]),
        (["--state", "lost"], ["gone"]),
        (["--state", "open"], [LONG, "123456789", "#10442"]),
        (["--due-within", "1h"], [LONG, "123456789"]),
        (["--limit", "1"], [LONG]),
    ],
)
def test_filters(ombud: Run, world: list[Case], words: list[str], orders: list[str]) -> None:
    found = json.loads(ombud("cases", *NOW, "--json", *words).out)
    assert [case["order_id"] for case in found["cases"]] == orders


def test_the_watched_queue_counts_down_and_takes_up_new_cases(
    world: list[Case], monkeypatch: pytest.MonkeyPatch
) -> None:
    screen = StringIO()
    monkeypatch.setattr(say, "out", Console(file=screen, force_terminal=True, width=120, height=50))
    seconds = iter([0.25, 1.25, 6.5])
    frames: list[str] = []

    def wait(span: float) -> None:
        frames.append(screen.getvalue())
        screen.truncate(0)
        if len(frames) == 2:
            a_case(an_order(world[0].store, "new"), AT)
        if len(frames) == 3:
            raise KeyboardInterrupt
        assert 0 < span <= 1

    watch_queue(Page(AT, Wanted(), 50), AT, gone=lambda: next(seconds), wait=wait)
    assert ["41:06" in frames[0], "41:05" in frames[1], "41:00" in frames[2]] == [True, True, True]
    assert ["new" in frame for frame in frames] == [False, False, True]


def test_what_does_not_fit_the_limit_is_counted(ombud: Run, world: list[Case]) -> None:
    assert "… and 2 more: --limit 3" in ombud("cases", *NOW, "--limit", "1").out


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (
            ["--violation", "no_first_scam"],
            "There is no violation 'no_first_scam' that opens cases. What there is: no_first_scan,",
        ),
        (["--platform", "amazon"], "There is no platform 'amazon'. What there is: ozon, shopify."),
        (["--state", "lots"], "There is no state 'lots'. What there is: lost, conceded,"),
        (["--store", "stahl"], "There is no store 'stahl'."),
        (["--at", "2026-05-10 12:00"], "has no time zone"),
        (["--due-within", "soon"], "'soon' is no span of time"),
    ],
)
def test_what_is_unknown_is_refused_with_what_there_is(
    ombud: Run, world: list[Case], words: list[str], problem: str
) -> None:
    said = ombud("cases", *words)
    assert (said.code, said.out) == (2, "")
    assert problem in said.err.replace("\n", " ")


def page(world: list[Case]) -> Case:
    """Fills the file of the case with 41 minutes left."""
    case = world[1]
    parcel = a_parcel(case.order, AT - 130 * HOUR, tracking_number="RU1", first_scan_at=AT - 80 * HOUR)
    Case.objects.filter(pk=case.pk).update(carrier="cdek", tracking_number="RU1", fires_at=AT - 82 * HOUR)
    for hours, code in ((129, "label_created"), (80, "picked_up"), (10, "delivered")):
        Scan.objects.create(
            carrier=parcel.carrier, tracking_number="RU1", scanned_at=AT - hours * HOUR, code=code, country="RU",
            city="Tver", signed_by="И. Петров" if code == "delivered" else None, known_at=AT,
        )  # fmt: skip
    Line.objects.create(
        order=case.order, line=1, sku="SKU-77-B", quantity=2, price_minor=624_500, kind="physical", known_at=AT
    )
    Posting.objects.create(
        store=case.store, case=case, cause=CaseEvent.objects.get(case=case), line="order_amount", debit="settlement",
        credit="held", currency="RUB", amount_minor=1_249_000, clause="money.hold@2026-03-12", at=case.opened_at,
    )  # fmt: skip
    return case


def test_the_page_of_a_case_shows_clock_money_clause_evidence_track_and_history(ombud: Run, world: list[Case]) -> None:
    page(world)
    out = ombud("case", "123456789", *NOW).out
    assert out.splitlines()[0].startswith("41:07   under an hour   2026-05-10 12:41 UTC · 15:41 Moscow")
    for part in (
        "12\u202f490.00 RUB held",
        "triggers.no_first_scan@2026-03-12 · O2b",
        "settlement → held",
        "delivered · И. Петров",
        "+49h",
        "case opened",
        "window shuts (ahead)",
        "2 × SKU-77-B",
    ):
        assert part in out
    for item in open_book("ozon").value("evidence.no_first_scan", AT):
        if item.required and not item.where:
            assert item.title.en in out


@pytest.mark.parametrize("language", ["en", "ru", "zh"])
@pytest.mark.parametrize("width", [50, 80, 140])
def test_the_page_fits_its_terminal(ombud: Run, world: list[Case], width: int, language: str) -> None:
    page(world)
    out = ombud("--lang", language, "case", "123456789", *NOW, width=width).out
    assert max(cell_len(line) for line in out.splitlines()) <= width


@pytest.mark.parametrize("width", range(60, 100, 3))
def test_an_amount_is_never_broken_over_two_lines(ombud: Run, world: list[Case], width: int) -> None:
    out = ombud("case", "123456789", *NOW, width=width).out
    assert out.count("12\u202f490.00 RUB") >= 2
    assert not any(line.rstrip().endswith(" 12") for line in out.splitlines())


def test_evidence_is_asked_for_by_the_facts_of_the_order(ombud: Run) -> None:
    """The customs declaration is asked for where the order is dear (O10)."""
    store = a_store()
    cheap = a_case(an_order(store, "cheap", amount_minor=100), AT, violation="no_first_scan")
    dear = a_case(an_order(store, "dear", amount_minor=900_000_000), AT, violation="no_first_scan")

    def kinds(case: Case) -> set[str]:
        (found,) = json.loads(ombud("case", str(case.case_id), *NOW, "--json").out)
        return {item["kind"] for item in found["evidence"]}

    assert kinds(cheap) < kinds(dear)


def test_the_page_of_a_shut_window_says_that_it_is_too_late_and_a_lost_case_how_it_ended(
    ombud: Run, world: list[Case]
) -> None:
    late = ombud("case", LONG, *NOW).out
    assert late.startswith("too late ")
    assert "nothing is taken any more" in late
    lost = ombud("case", "gone", *NOW).out
    assert lost.startswith("closed ")
    assert "2026-05-09 08:00 UTC" in lost


def test_an_earlier_instant_shows_the_case_as_it_was(ombud: Run, world: list[Case]) -> None:
    lost = world[3]
    assert lost.due_at is not None
    before = (lost.due_at - HOUR).isoformat()
    (found,) = json.loads(ombud("case", "gone", "--at", before, "--json").out)
    assert (found["state"], found["closed_at"], found["left_seconds"]) == ("opened", None, 3_600)
    assert found["platform_status"] == open_book("ozon").value("states", AT)["opened"]


def test_several_cases_of_one_order_are_listed(ombud: Run, world: list[Case]) -> None:
    again = a_case(world[1].order, AT - HOUR, violation="item_mismatch")
    out = ombud("case", "123456789", *NOW).out
    assert "has 2 cases" in out
    for case in (world[1], again):
        assert f"#{case.case_id}" in out
    assert "41:07   under an hour" in ombud("case", str(world[1].case_id), *NOW).out


def test_a_case_that_is_not_there_is_refused(ombud: Run) -> None:
    said = ombud("case", "nothing", *NOW)
    assert (said.code, said.out) == (2, "")
    assert "There is no case nothing" in said.err


def test_the_json_of_a_case_reads_back_and_holds_its_whole_history(ombud: Run, world: list[Case]) -> None:
    case = page(world)
    found: list[dict[str, Any]] = json.loads(ombud("case", str(case.case_id), *NOW, "--json").out)
    assert len(found) == 1
    assert found[0]["order"]["amount_minor"] == 1_249_000
    assert [posting["amount_minor"] for posting in found[0]["postings"]] == [1_249_000]
    assert [scan["code"] for scan in found[0]["parcels"][0]["scans"]] == ["label_created", "picked_up", "delivered"]
    assert [event["kind"] for event in found[0]["history"]] == ["opened"]
    assert found[0]["rulebook"]["digest"] == open_book("ozon").digest


def every_state() -> dict[str, Case]:
    """A case of each state that an open one can be in, and of each end, by the name of its state."""
    ozon, shop = a_store("ozon"), a_store("shop", "shopify", timezone="Asia/Shanghai")
    handed_in: dict[str, Any] = {"submitted_at": AT - HOUR, "state": "under_review"}
    routed: dict[str, Any] = {"violation": "routed", "state": "routed", "held_minor": 0, "platform_status": ""}
    opened = AT - 50 * HOUR
    return {
        "opened": a_case(an_order(ozon, "opened"), opened),
        "ruling": a_case(
            an_order(ozon, "ruling"), opened, **handed_in, rule_at=AT + 47 * HOUR, platform_status="Under Review"
        ),
        "reviewer": a_case(
            an_order(shop, "reviewer"), opened, **handed_in, violation="buyer_dispute", platform_status="Unresolved"
        ),
        "chargeback": a_case(an_order(shop, "bank"), AT - HOUR, **routed, route="chargeback", due_at=AT + 9 * HOUR),
        "paypal": a_case(an_order(shop, "paypal"), opened, **routed, route="paypal", due_at=None),
        "withdrawn": a_case(an_order(ozon, "withdrawn"), opened, state="withdrawn", closed_at=AT - HOUR),
        "won": a_case(an_order(ozon, "won"), opened, state="won", closed_at=AT - HOUR, platform_status="Resolved"),
    }


def test_every_case_says_what_it_waits_for_and_only_what_can_be_lost_is_pressing(ombud: Run) -> None:
    every_state()
    out = ombud("cases", *NOW, width=140).out
    rows = {row.split("   ")[0].strip(): row for row in out.splitlines()}
    assert out.splitlines()[0] == (
        "under an hour 0 · due today 2 · this week 0 · ruling to come 1 · to be reviewed 1 · elsewhere 1"
    )
    assert "Card chargeback" in rows["9 h 00 min"]
    assert "New" in rows["22 h 00 min"]
    assert "Under Review" in rows["ruling 1 d 23 h"]
    assert "Unresolved" in rows["to be reviewed"]
    assert "PayPal" in rows["elsewhere"]


@pytest.mark.parametrize("language", ["en", "ru", "zh"])
@pytest.mark.parametrize("width", [60, 80, 140])
def test_the_queue_and_the_pages_of_every_state_fit_their_terminal(ombud: Run, width: int, language: str) -> None:
    cases_ = every_state()
    outs = [ombud("--lang", language, "cases", *NOW, width=width).out]
    outs += [ombud("--lang", language, "case", f"#{case.case_id}", *NOW, width=width).out for case in cases_.values()]
    for out in outs:
        assert max(cell_len(line) for line in out.splitlines()) <= width, out


@pytest.mark.parametrize(
    ("name", "first", "said"),
    [
        ("opened", "22 h 00 min   due today", "Next: hand in what is asked for by 2026-05-11 10:00 UTC, or lose"),
        ("ruling", "1 d 23 h   to the ruling", "takes effect at 2026-05-12 11:00 UTC if nobody rules otherwise."),
        ("reviewer", "to be reviewed   100.00 RUB held", "Waits for a reviewer: no clock rules in their place."),
        ("chargeback", "9 h 00 min   due today", "The bank that issued the card decides; it is no dispute of this"),
        ("paypal", "elsewhere", "PayPal's Resolution Center decides; it is no dispute of this platform."),
        ("withdrawn", "closed   2026-05-10 11:00 UTC", "Closed as withdrawn at 2026-05-10 11:00 UTC"),
        ("won", "closed   2026-05-10 11:00 UTC", "Closed as won at 2026-05-10 11:00 UTC"),
    ],
)
def test_the_page_leads_with_the_clock_and_says_what_comes_next(ombud: Run, name: str, first: str, said: str) -> None:
    out = ombud("case", f"#{every_state()[name].case_id}", *NOW, width=140).out
    assert out.startswith(first)
    assert said in out


def test_closed_cases_are_listed_with_their_end_and_the_instant_of_it(ombud: Run) -> None:
    every_state()
    row = ombud("cases", *NOW, "--state", "won", width=140).out.splitlines()[-1]
    assert row.startswith("closed   2026-05-10 11:00   14:00 Moscow")
    assert "won" in row.split("RUB")[1]


def test_filters_by_place_and_by_the_states_that_there_are(ombud: Run) -> None:
    every_state()

    def orders(*words: str) -> list[str]:
        return [case["order_id"] for case in json.loads(ombud("cases", *NOW, "--json", *words).out)["cases"]]

    assert orders("--route", "chargeback") == ["bank"]
    assert orders("--state", "under_review") == ["ruling", "reviewer"]
    assert orders("--state", "withdrawn") == ["withdrawn"]
    assert orders("--state", "routed", "--violation", "routed") == ["bank", "paypal"]
    assert orders("--state", "evidence_rejected") == []
    said = ombud("cases", *NOW, "--route", "bank")
    assert (said.code, "There is no place 'bank' that decides cases." in said.err) == (2, True)


def test_for_programs_a_case_says_what_it_waits_for_until_when_and_whether_it_presses(ombud: Run) -> None:
    every_state()
    found = json.loads(ombud("cases", *NOW, "--json").out)
    assert found["waiting"] == {"ruling": 1, "reviewer": 1, "others": 1}
    assert {case["order_id"]: (case["awaits"], case["until"], case["urgency"]) for case in found["cases"]} == {
        "bank": ("answer", "2026-05-10T21:00:00Z", "due_today"),
        "opened": ("answer", "2026-05-11T10:00:00Z", "due_today"),
        "ruling": ("ruling", "2026-05-12T11:00:00Z", None),
        "reviewer": ("reviewer", None, None),
        "paypal": ("others", None, None),
    }


def test_reminders_and_the_ruling_ahead_stand_in_the_timeline(ombud: Run) -> None:
    cases_ = every_state()
    opened = ombud("case", f"#{cases_['opened'].case_id}", *NOW, width=140).out
    assert [line.split("  ")[0] for line in opened.splitlines() if "reminder (ahead)" in line] == [
        "2026-05-11 04:00",
        "2026-05-11 08:00",
    ]
    ruling = ombud("case", f"#{cases_['ruling'].case_id}", *NOW, width=140).out
    assert "the ruling takes effect (ahead)" in ruling
    assert "window shuts (ahead)" not in ruling


def test_a_case_is_not_there_before_it_was_opened(ombud: Run, world: list[Case]) -> None:
    said = ombud("case", "123456789", "--at", "2026-05-01T00:00:00Z")
    assert (said.code, said.out) == (2, "")
    assert "was opened only at 2026-05-07T12:41:07Z" in said.err
