"""The notice of a case says what its book says, in the language that its book names (O8, S3, S14)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from ombud.documents.notice import notice
from ombud.documents.typeset import pdf
from ombud.domain.instants import format_instant
from ombud.domain.problems import OmbudError
from ombud.rulebooks import open_book
from ombud.store.case_file import CaseFile, case_file
from ombud.store.models import Case, CaseEvent, Complaint, Protection
from tests.documents.reading import Paper
from tests.store.rows import KNOWN_AT, a_case, a_parcel, a_store, an_order

pytestmark = pytest.mark.django_db

AT = datetime(2026, 4, 1, 8, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
OZON, SHOPIFY = open_book("ozon"), open_book("shopify")


def an_ozon_case(order_id: str = "123456789", *, violation: str = "no_first_scan", **more: Any) -> Case:
    """A case of a store in Vladivostok about an order of 12,490.00 RUB."""
    store = a_store(timezone="Asia/Vladivostok")
    order = an_order(
        store, order_id, **{"amount_minor": 12_490_00, "shipping_minor": 350_00, "ship_by": AT - HOUR, **more}
    )
    parcel = a_parcel(order, AT - 48 * HOUR, tracking_number="1159476242")
    clause = f"triggers.{violation}@2026-03-12"
    number = {"carrier": parcel.carrier, "tracking_number": parcel.tracking_number}
    return a_case(order, AT, violation=violation, clause=clause, **number)


def a_shopify_case(kind: str = "not_received", **more: Any) -> Case:
    """A dispute about an order of 86.00 USD."""
    store = a_store("lumen", "shopify", site="lumen.example", timezone="America/New_York")
    order = an_order(store, "#10442", currency="USD", amount_minor=86_00, gateway="stripe", **more)
    Complaint.objects.create(complaint_id="c1", order=order, kind=kind, opened_at=AT, media="none", known_at=KNOWN_AT)
    told = {"violation": "buyer_dispute", "clause": "triggers.buyer_dispute@2026-03-12", "complaint_id": "c1"}
    return a_case(order, AT, platform_status="Unresolved", **told)


def file_of(case: Case, at: datetime = AT + HOUR) -> CaseFile:
    return case_file(case.case_id, at)


def drawn(case: Case, at: datetime = AT + HOUR, language: str | None = None) -> Paper:
    return Paper(notice(file_of(case, at), at, language=language))


def test_ozon_is_told_in_russian_and_shopify_in_english_as_their_books_say() -> None:
    assert notice(file_of(an_ozon_case()), AT).language == "ru"
    assert notice(file_of(a_shopify_case()), AT).language == "en"


@pytest.mark.parametrize("language", ["en", "ru", "zh"])
def test_it_names_violation_order_store_and_the_money_held(language: str) -> None:
    paper = drawn(an_ozon_case(), language=language)
    title = OZON.value("violations.no_first_scan", AT).title.speak(language)
    portal = OZON.value("platform.portal", AT).path.speak(language)
    assert paper.lacking(title, "123456789", "s1", "ozon.ru", "1159476242", "CDEK", "12\u202f490.00 RUB", portal) == []


def test_the_deadline_stands_in_utc_and_on_the_wall_clock_of_the_store() -> None:
    paper = drawn(an_ozon_case())
    assert paper.lacking("2026-04-04 08:00 UTC", "2026-04-04 18:00 Asia/Vladivostok (UTC+10)") == []


def test_the_zone_of_the_store_counts_its_own_summer_time() -> None:
    assert "2026-04-04 04:00 America/New_York (UTC−4)" in drawn(a_shopify_case())


def test_a_deadline_is_never_told_later_than_it_is() -> None:
    case = an_ozon_case()
    due_at = AT + timedelta(hours=72, seconds=59, microseconds=999_999)
    other = a_case(an_order(case.store, "o-late"), AT, due_at=due_at)
    assert "2026-04-04 08:00:59.999999 UTC" in drawn(other)


@pytest.mark.parametrize("language", ["en", "ru", "zh"])
@pytest.mark.parametrize("violation", sorted(OZON.under("evidence")))
def test_every_piece_that_the_book_asks_for_is_listed_with_what_it_must_show(violation: str, language: str) -> None:
    paper = drawn(an_ozon_case(violation=violation), language=language)
    wanted = [item for item in OZON.value(f"evidence.{violation}", AT) if not item.where]
    for item in wanted:
        kind = OZON.value(f"kinds.{item.kind}", AT)
        marks = [OZON.value(f"marks.{mark}", AT).title.speak(language)[1:] for mark in kind.shows]
        assert paper.lacking(kind.title.speak(language), *marks) == []
        assert f"_{kind.file_word}_" in paper
    assert OZON.value("kinds.customs_declaration", AT).title.speak(language) not in paper


def test_what_is_asked_only_under_a_condition_is_asked_where_it_holds() -> None:
    title = OZON.value("kinds.customs_declaration", AT).title.ru
    assert title in drawn(an_ozon_case(amount_minor=50_000_00))


def test_the_buyers_complaint_decides_what_shopify_asks_for() -> None:
    paper = drawn(a_shopify_case("item_mismatch"))
    assert SHOPIFY.value("kinds.product_page", AT).title.en in paper


def test_files_are_named_for_this_very_order_after_the_books_example() -> None:
    paper = drawn(an_ozon_case("20000450-8201-1", violation="item_mismatch"))
    assert paper.lacking("20000450-8201-1_shipment_ru.pdf", "20000450-8201-1_packing_ru.mp4") == []


def test_an_order_id_that_fits_no_file_name_gets_the_books_own_example() -> None:
    paper = drawn(an_ozon_case("order/1 of 2"))
    assert "123456789_shipment_ru.pdf" in paper
    assert "order/1 of 2_shipment" not in paper


def test_the_gates_rules_stand_in_it() -> None:
    paper = drawn(an_ozon_case(), language="en")
    assert paper.lacking("PDF, JPEG, MP4", "PNG, WEBP, AVI", "at most 5 files", "at most 10 MB", "within 15 min") == []


def test_what_a_lost_case_costs_is_listed_line_by_line() -> None:
    lines = ("12\u202f490.00 RUB", "1\u202f873.50 RUB", "350.00 RUB", "1\u202f249.00 RUB", "15\u202f962.50 RUB")
    assert drawn(an_ozon_case()).lacking(*lines) == []


def test_protection_pays_a_lost_case_instead_of_the_store() -> None:
    case = a_shopify_case()
    assert "dispute protection" not in drawn(case)
    Protection.objects.create(store=case.store, since=AT - HOUR)
    assert "dispute protection" in drawn(case)


def test_a_partial_refund_already_agreed_is_shown() -> None:
    assert "20.00 USD" in drawn(a_shopify_case(refunded_minor=20_00))


def test_clauses_are_cited_with_version_and_source() -> None:
    paper = drawn(an_ozon_case())
    cited = ("triggers.no_first_scan@2026-03-12", "windows.response@2026-03-12", "evidence.no_first_scan@2026-03-12")
    assert paper.lacking(*cited, "O2b:", "O9:", "O10:", "O11:", "O15:", OZON.digest) == []


def test_a_notice_drawn_after_the_end_says_how_the_case_stands() -> None:
    case = an_ozon_case()
    later = AT + 73 * HOUR
    CaseEvent.objects.create(case=case, seq=2, kind="window_closed", at=AT + 72 * HOUR, actor="ombud", data={})
    assert "lost (Resolved)" in drawn(case, later, "en")
    assert "lost (Resolved)" not in drawn(case, AT + HOUR, "en")


def test_of_what_another_process_decides_it_says_who_does() -> None:
    store = a_store("lumen", "shopify", site="lumen.example")
    case = a_case(an_order(store, currency="USD"), AT, violation="routed", route="chargeback", due_at=AT + 240 * HOUR)
    route = SHOPIFY.value("routes.chargeback", AT)
    kinds = [SHOPIFY.value(f"kinds.{kind}", AT).title.en for kind in route.asks]
    assert drawn(case).lacking(route.title.en, route.handled_by.en, "2026-04-11 08:00 UTC", *kinds) == []


def test_where_no_clock_runs_it_says_so() -> None:
    store = a_store("lumen", "shopify", site="lumen.example")
    case = a_case(an_order(store, currency="USD"), AT, violation="routed", route="paypal", due_at=None)
    assert drawn(case).lacking("no clock runs", SHOPIFY.value("routes.paypal", AT).handled_by.en) == []


def test_the_same_case_as_of_the_same_instant_gives_the_same_bytes() -> None:
    case = an_ozon_case()
    first, second = (pdf(notice(file_of(case), AT + HOUR)) for _ in range(2))
    assert first == second


def test_words_of_buyers_and_sellers_are_shown_and_never_run() -> None:
    case = an_ozon_case("#panic()*_$@<x>")
    assert "#panic()*_$@<x>" in drawn(case)


def test_before_its_opening_there_is_no_notice() -> None:
    with pytest.raises(OmbudError) as refused:
        drawn(an_ozon_case(), AT - HOUR)
    assert refused.value.problems[0].code == "not_opened_yet"
    assert format_instant(AT) in refused.value.problems[0].say()


def test_a_language_that_documents_do_not_speak_is_refused() -> None:
    with pytest.raises(OmbudError, match="fr"):
        drawn(an_ozon_case(), language="fr")
