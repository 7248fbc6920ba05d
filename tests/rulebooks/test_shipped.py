"""The two shipped books say what the two documents say, and all of it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from importlib.resources import files
from typing import Any, get_args

import jsonschema
import pytest
import yaml

from ombud.domain.conditions import holds
from ombud.domain.money import amounts
from ombud.domain.problems import OmbudError
from ombud.domain.rulebook import Rulebook
from ombud.domain.rulebook.clauses.reasons import Fault
from ombud.domain.rulebook.schema import schema
from ombud.domain.rulebook.source import read_source
from ombud.domain.rulebook.words import Texts
from ombud.rulebooks import open_book, shipped

FIRST = datetime(2026, 3, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
BOOKS = pytest.mark.parametrize("name", ["ozon", "shopify"])


def value(name: str, clause: str, at: datetime = FIRST) -> Any:
    return open_book(name).value(clause, at)


def plain(value: Any) -> Any:
    """As JSON has it."""
    if isinstance(value, dict):
        return {key: plain(each) for key, each in value.items()}
    if isinstance(value, list):
        return [plain(each) for each in value]
    return float(value) if isinstance(value, Decimal) else value


def test_both_books_ship() -> None:
    assert shipped() == ("ozon", "shopify")


@BOOKS
def test_everything_is_in_force_from_the_day_of_the_document(name: str) -> None:
    book = open_book(name)
    assert book.starts_at == FIRST
    assert {version.valid_from for versions in book.clauses.values() for version in versions} == {FIRST}
    with pytest.raises(OmbudError, match="2026-03-11T23:59:59Z"):
        book.value("windows.response", FIRST - timedelta(seconds=1))


@BOOKS
def test_every_row_of_the_document_is_cited_by_a_clause(name: str) -> None:
    book = open_book(name)
    cited = {row for versions in book.clauses.values() for each in versions for row in each.cite.split(", ")}
    assert cited == set(book.rows)
    letter, count = {"ozon": ("O", 21), "shopify": ("S", 14)}[name]
    missing = {f"{letter}{number}" for number in range(1, count + 1)} - cited
    assert missing == ({"O2"} if name == "ozon" else set())  # O2 is cited by its parts
    assert name != "ozon" or {"O2a", "O2b", "O2c", "O2d", "O2e"} <= cited


@BOOKS
def test_every_violation_has_its_texts_and_every_case_its_evidence(name: str) -> None:
    book = open_book(name)
    assert set(book.under("violations")) == set(book.triggers)
    asked = {violation for violation, (trigger,) in book.triggers.items() if trigger.value.opens != "route"}
    assert set(book.under("evidence")) == asked


@BOOKS
def test_texts_are_there_in_three_languages_that_differ(name: str) -> None:
    for texts in _texts(plain(read_source(open_book(name).text, file=name).plain)):
        assert texts["ru"] != texts["en"] or texts["en"] in {"Ozon ODR", "PayPal", "SKU"}
        assert texts["zh"] != texts["en"] or texts["en"] in {"PayPal", "SKU"}
        assert not any("\u4e00" <= letter <= "\u9fff" for letter in texts["en"] + texts["ru"])
        assert not any("\u0400" <= letter <= "\u04ff" for letter in texts["en"] + texts["zh"])


def _texts(node: Any) -> Iterator[dict[str, str]]:
    if isinstance(node, dict):
        if set(node) == set(Texts.model_fields):
            yield node
        for each in node.values():
            yield from _texts(each)
    elif isinstance(node, list):
        for each in node:
            yield from _texts(each)


@BOOKS
def test_a_book_fits_the_json_schema_that_ships_beside_it(name: str) -> None:
    written = plain(read_source(open_book(name).text, file=name).plain)
    jsonschema.validate(written, schema(), cls=jsonschema.Draft202012Validator)
    assert open_book(name).text.startswith("# yaml-language-server: $schema=schema.json\n")
    for spoiled in ({**written, "wat": 1}, {**written, "covers": [{**written["covers"][0], "since": 5}]}):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(spoiled, schema(), cls=jsonschema.Draft202012Validator)


def test_the_json_schema_is_fresh() -> None:
    kept = json.loads((files("ombud.rulebooks") / "schema.json").read_text("utf-8"))
    assert kept == schema(), "ombud rulebook schema > src/ombud/rulebooks/schema.json"
    jsonschema.Draft202012Validator.check_schema(kept)


@BOOKS
def test_a_book_is_read_the_same_by_an_ordinary_yaml_parser(name: str) -> None:
    ordinary = yaml.safe_load(open_book(name).text)
    assert list(ordinary) == list(read_source(open_book(name).text, file=name).plain)


@pytest.mark.parametrize(
    ("violation", "over", "start", "wait", "unless", "opens"),
    [
        ("not_shipped", "order", "order.ship_by", 0, "order.shipped_at", "case"),
        ("no_first_scan", "parcel", "parcel.registered_at", 48, "parcel.first_scan_at", "case"),
        (
            "delivered_not_received",
            "parcel complaint",
            "parcel.delivered_at complaint.opened_at",
            0,
            "complaint.withdrawn_at",
            "case",
        ),
        ("tracking_reused", "parcel", "parcel.registered_at parcel.second_order_at", 0, "", "case"),
        ("item_mismatch", "complaint", "complaint.opened_at", 0, "complaint.withdrawn_at", "case"),
        ("carrier_not_accepted", "parcel", "parcel.registered_at", 0, "", "case"),
        ("track_implausible", "parcel", "parcel.broken_at", 0, "", "review"),
    ],
)
def test_ozon_triggers_are_those_of_the_facts(
    violation: str, over: str, start: str, wait: int, unless: str, opens: str
) -> None:
    trigger = value("ozon", f"triggers.{violation}")
    assert (trigger.over, trigger.start) == (tuple(over.split()), tuple(start.split()))
    assert (trigger.wait, trigger.unless, trigger.opens) == (wait * HOUR, tuple(unless.split()), opens)
    assert len(open_book("ozon").triggers) == 7


def test_both_books_need_payment_and_verification_and_stop_at_a_cancellation() -> None:
    for name in shipped():
        cover = value(name, "covers")
        assert set(cover.since) == {"order.paid_at", "store.verified_at"}
        assert cover.unless == ("order.cancelled_at",)


@pytest.mark.parametrize(
    ("site", "expected"), [("ozon.ru", True), ("ozon.kz", True), ("ozon.com", False), ("shop.example", False)]
)
def test_ozon_covers_its_two_sites_and_never_ozon_global(site: str, expected: bool) -> None:
    row = {"store.platform": "ozon", "store.site": site}
    assert holds(value("ozon", "covers").where, row, start=FIRST, book=open_book("ozon")) is expected


def test_ozon_windows_add_up_to_seven_days() -> None:
    assert value("ozon", "windows.response") == 72 * HOUR
    assert (value("ozon", "windows.review_least"), value("ozon", "windows.review_most")) == (48 * HOUR, 96 * HOUR)
    assert value("ozon", "windows.whole_case") == timedelta(days=7) == 72 * HOUR + 96 * HOUR
    assert value("ozon", "platform.refresh") == 2 * HOUR
    assert value("ozon", "windows.keep_packing_video") == timedelta(days=90)
    assert value("ozon", "windows.push_retry") == timedelta(minutes=30)


def test_ozon_charges_by_the_fuller_formula() -> None:
    values = {
        "order.amount_minor": 129_900,
        "order.refunded_minor": 0,
        "order.shipping_minor": 35_000,
        "store.commission_rate": Decimal("0.15"),
    }
    charged = dict(amounts(value("ozon", "money.charge"), values))
    assert charged == {"order_amount": 129_900, "commission": 19_485, "shipping": 35_000, "compensation": 12_990}
    assert sum(charged.values()) == 129_900 * Decimal("1.15") + 35_000 + Decimal("0.10") * 129_900


@BOOKS
def test_what_is_held_is_what_release_gives_back(name: str) -> None:
    (held,) = value(name, "money.hold")
    (given,) = value(name, "money.release")
    assert (held.debit, held.credit) == (given.credit, given.debit) == ("settlement", "held")
    assert (
        held.amount({"order.amount_minor": 4711, "order.refunded_minor": 0})
        == given.amount({"case.held_minor": 4711})
        == 4711
    )


def test_shopify_charges_the_amount_with_its_fees_and_protection_pays_instead() -> None:
    values = {
        "order.amount_minor": 10_000,
        "order.refunded_minor": 0,
        "case.held_minor": 10_000,
        "store.commission_rate": Decimal("0.029"),
    }
    assert dict(amounts(value("shopify", "money.charge"), values)) == {"order_amount": 10_000, "fees": 290}
    protected = value("shopify", "money.charge_protected")
    assert {line.debit for line in protected if line.name != "held_amount"} == {"protection"}


def test_ozon_takes_pdf_jpeg_and_mp4_five_files_and_ten_megabytes() -> None:
    rules = value("ozon", "files")
    assert rules.formats == ("pdf", "jpeg", "mp4")
    assert rules.refused_formats == ("png", "webp", "avi")
    assert (rules.most_files, rules.most_bytes, rules.submissions) == (5, 10_000_000, 1)


@pytest.mark.parametrize(
    ("file", "expected"),
    [
        ("123456789_shipment_ru.pdf", True),
        ("123456789-0001-1_packing_ru.mp4", True),
        ("123456789_shipment.pdf", False),
        ("123456789_shipment_ru.png", False),
        ("waybill.pdf", False),
    ],
)
def test_an_ozon_file_is_named_order_evidence_language(file: str, expected: bool) -> None:
    assert (re.fullmatch(value("ozon", "files").name, file) is not None) is expected


def test_ozon_names_no_track_and_wrong_language_by_its_own_codes() -> None:
    assert value("ozon", "reasons.ERR_012").fault == "no_track"
    assert value("ozon", "reasons.ERR_027").fault == "wrong_language"
    assert value("ozon", "reasons.ERR_012").title.speak("zh") == "轨迹缺失"


def test_shopify_keeps_the_reasons_of_its_document() -> None:
    reasons = open_book("shopify").under("reasons")
    assert {"Tracking not valid", "No proof of delivery", "Evidence reused", "ERR-204"} <= set(reasons)
    assert value("shopify", "reasons.ERR-204").fault == "signature_missing"


def test_every_fault_has_a_code_in_one_of_the_books() -> None:
    coded = {reason.value.fault for name in shipped() for (reason,) in open_book(name).under("reasons").values()}
    assert coded == set(get_args(Fault))


@pytest.mark.parametrize(
    ("complaint", "amount", "violation", "expected"),
    [
        (
            "not_received",
            100,
            "delivered_not_received",
            {"waybill", "outbound_record", "delivery_slip", "buyer_messages"},
        ),
        ("item_mismatch", 100, "item_mismatch", {"waybill", "outbound_record", "packing_video", "buyer_messages"}),
        (None, 4_999_999, "not_shipped", {"waybill", "outbound_record"}),
        (None, 5_000_000, "not_shipped", {"waybill", "outbound_record", "customs_declaration"}),
    ],
)
def test_ozon_asks_for_evidence_by_violation_complaint_and_value(
    complaint: str | None, amount: int, violation: str, expected: set[str]
) -> None:
    book = open_book("ozon")
    row = {"complaint.kind": complaint, "order.amount_minor": amount, "order.currency": "RUB"}
    items = book.value(f"evidence.{violation}", FIRST)
    asked = {item.kind for item in items if item.required and holds(item.where, row, start=FIRST, book=book)}
    assert asked == {"waybill", "outbound_record"} | expected
    assert all(item.title.speak("ru") for item in items)


def test_the_packing_video_is_thirty_seconds_with_label_goods_and_time() -> None:
    video = value("ozon", "kinds.packing_video")
    assert (video.formats, video.least_duration) == (("mp4",), timedelta(seconds=30))
    assert (video.watermarked, set(video.shows)) == (True, {"sku_label", "goods"})


def test_ozon_evidence_is_russian_or_notarised_and_within_fifteen_minutes() -> None:
    content = value("ozon", "content")
    assert (content.translation, content.certified_translator) == ("notarised", True)
    assert content.clock_tolerance == timedelta(minutes=15)
    assert set(content.refuses) == {"screenshot", "bare_translation", "outside_chat"}
    assert value("ozon", "kinds.waybill").languages == ("ru",)
    assert value("ozon", "kinds.waybill").no_later_than == "order.ship_by"


def test_ozon_rulings_know_no_appeal_and_stand_at_their_latest() -> None:
    ruling = value("ozon", "rulings")
    assert (ruling.appeal, ruling.at_most) == (False, "recommendation_stands")
    assert ruling.outcomes == {"won": "Accepted", "rejected": "Rejected"}
    assert set(value("ozon", "states").values()) == {"New", "Evidence Required", "Under Review", "Resolved"}


def test_shopify_lets_evidence_be_mended_and_asks_before_a_dispute_is_accepted() -> None:
    ruling = value("shopify", "rulings")
    assert (ruling.mend_in_window, ruling.concede_is_final, ruling.appeal) == (True, True, False)
    assert not value("shopify", "content").same_file_again
    states = value("shopify", "states")
    assert {states["opened"], states["evidence_rejected"], states["lost"]} == {
        "Unresolved",
        "Evidence Rejected",
        "Late Response",
    }


def test_shopify_limits_lost_disputes_to_one_percent_over_ninety_days() -> None:
    rate = value("shopify", "health.dispute_rate")
    assert (rate.share, rate.of, rate.limit, rate.window) == (
        "lost_cases",
        "completed_orders",
        Decimal("0.010"),
        timedelta(days=90),
    )
    assert value("shopify", "windows.response") == 72 * HOUR


def test_sanctions_follow_three_losses_and_a_low_success_rate() -> None:
    demotion, watch = value("ozon", "sanctions.search_demotion"), value("ozon", "sanctions.close_watch")
    assert (demotion.counts, demotion.at_least, demotion.factor) == ("losses_in_a_row", 3, Decimal("0.70"))
    assert (watch.figure, watch.below) == ("success_rate", Decimal("0.85"))
    assert value("ozon", "health.success_rate").least == watch.below


def test_priors_are_factors_for_estimates_with_their_citation() -> None:
    book = open_book("ozon")
    assert {each.cite for (each,) in book.under("priors").values()} == {"O18"}
    assert value("ozon", "priors.risky_category").factor == Decimal("2.3")
    assert value("ozon", "priors.track_by_api").factor == Decimal("1.42")


def eligible(**changes: Any) -> dict[str, Any]:
    return {
        "order.gateway": "stripe",
        "order.shipped_at": FIRST,
        "order.completed_at": FIRST,
        "parcel": [{"parcel.service": "tracked", "parcel.registered_at": FIRST}],
        "line": [{"line.kind": "physical"}],
        **changes,
    }


@pytest.mark.parametrize(
    ("row", "days", "expected"),
    [
        (eligible(), 180, None),
        (eligible(), 181, "closed"),
        (eligible(**{"order.gateway": "paypal"}), 1, "paypal"),
        (eligible(**{"order.gateway": "worldfirst"}), 1, "gateway"),
        (eligible(**{"order.shipped_at": None}), 1, "chargeback"),
        (eligible(parcel=[{"parcel.service": "untracked", "parcel.registered_at": FIRST}]), 1, "chargeback"),
        (eligible(line=[{"line.kind": "physical"}, {"line.kind": "virtual"}]), 1, "chargeback"),
        (eligible(line=[{"line.kind": "adult"}]), 400, "chargeback"),
        (eligible(**{"order.completed_at": None}), 180, None),
    ],
)
def test_a_shopify_complaint_is_a_dispute_or_goes_where_it_belongs(
    row: dict[str, Any], days: int, expected: str | None
) -> None:
    book, start = open_book("shopify"), FIRST + timedelta(days=days)

    def where(conditions: Any) -> bool:
        return holds(conditions, row, start=start, book=book)

    disputed, routed = book.value("triggers.buyer_dispute", start), book.value("triggers.routed", start)
    assert where(disputed.where) is (expected is None)
    assert where(routed.where) is (expected is not None)
    if expected is not None:
        assert next(to for to, conditions in routed.routed_to if where(conditions)) == expected


def test_a_chargeback_keeps_its_own_longer_limit_and_nothing_routed_counts() -> None:
    assert value("shopify", "routes.chargeback").response > value("shopify", "windows.response")
    routes = open_book("shopify").under("routes")
    assert set(routes) == {to for to, _ in value("shopify", "triggers.routed").routed_to}
    assert not any(route.value.counts_as_dispute for (route,) in routes.values())


def test_opening_a_book_that_is_not_there_names_those_that_are() -> None:
    with pytest.raises(OmbudError, match="ozon, shopify"):
        open_book("amazon")


def test_two_openings_of_a_shipped_book_give_the_same_book() -> None:
    first: Rulebook = open_book("ozon")
    assert first is open_book("ozon")
