"""A ruling is a function of what was known: the same to the byte whenever it is made again."""

from __future__ import annotations

import json
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ombud.domain.cases import State
from ombud.domain.findings import CHECKS
from ombud.domain.instants import format_instant
from ombud.domain.known_facts import plain_facts, typed_facts
from ombud.domain.rulebook import Rulebook, load
from ombud.domain.ruling_inputs import Inputs
from ombud.domain.rulings import DOUBTS, REJECTS, STRONGEST_FIRST, record, rule
from ombud.domain.said import Said
from ombud.domain.seen_faults import OF_MARK
from ombud.rulebooks import open_book
from tests.domain.ruling_worlds import HOUR, KINDS, OPENED, SHIP_BY, SUBMITTED, a_parcel, a_piece, finding, inputs

BOOKS = st.sampled_from(["ozon", "shopify"])
INSTANTS = st.one_of(st.none(), st.integers(-300, 30).map(lambda hours: OPENED + hours * HOUR))
FINDINGS = st.lists(
    st.builds(
        finding,
        st.sampled_from(CHECKS),
        st.sampled_from(["passed", "failed", "unsure"]),
        confidence=st.floats(0, 1),
        value=st.one_of(st.none(), st.text(st.characters(exclude_categories=["Cs"]), max_size=5)),
        field=st.sampled_from([None, "tracking_number", "sender", "logo"]),
    ),
    max_size=4,
)
READINGS: st.SearchStrategy[dict[str, Any]] = st.one_of(
    st.just({}),
    st.lists(
        st.sampled_from(
            [
                Said("tracking_number", "1234567890", "text_layer", page=1),
                Said("tracking_number", "9990001112", "ocr", page=1, confidence=0.7),
                Said("line", "Транспортная накладная", "text_layer", page=1),
                Said("language_share", "zh 1.00", "text_layer"),
                Said("time", "2026-04-10T05:00:00", "text_layer", page=1),
                Said("digital_signature", "altered", "signature"),
                Said("problem", "died", "container"),
                Said("off", "ocr", "container"),
                Said("ids_differ", 1, "metadata"),
                Said("duration_ms", 29_999, "container"),
            ]
        ),
        max_size=6,
    ).map(lambda said: {"said": [one.plain() for one in said], "inspected": "1"}),
)
"""What inspection read in a piece, or that nobody looked."""


def book_of(world: Inputs) -> Rulebook:
    return next(book for book in map(open_book, KINDS) if book.digest == world["book"])


@st.composite
def worlds(draw: st.DrawFn) -> Inputs:
    """Anything that may be handed in, with anything that may be known about it."""
    name = draw(BOOKS)
    book = open_book(name)
    kinds = sorted(book.under("kinds"))
    pieces = [
        a_piece(
            kind,
            name,
            name=f"{place}.pdf",
            sha256=f"{place:064}",
            language=draw(st.sampled_from(["ru", "en", "zh", ""])),
            findings=draw(FINDINGS),
            stated={
                said: format_instant(instant)
                for said in ("made_at", "delivered_at", "shipped_at")
                if (instant := draw(INSTANTS)) is not None
            },
            **draw(READINGS),
        )
        for place, kind in enumerate(draw(st.lists(st.sampled_from(kinds), max_size=5)))
    ]
    parcels = [
        a_parcel(
            name,
            tracking_number=f"{place}{draw(st.sampled_from(['123456789', 'X']))}",
            carrier=draw(st.sampled_from(["cdek", "yto", "usps"])),
            source=draw(st.sampled_from(["api", "manual"])),
            **{fold: draw(INSTANTS) for fold in ("first_scan_at", "destination_scan_at", "delivered_at", "broken_at")},
        )
        for place in range(draw(st.integers(0, 3)))
    ]
    return inputs(
        name,
        violation=draw(st.sampled_from(sorted(book.triggers))),
        pieces=pieces,
        parcels=parcels,
        complaint=draw(st.sampled_from([None, "not_received", "item_mismatch", "other"])),
        order={
            "amount_minor": draw(st.sampled_from([0, 100, 10**8])),
            "category": draw(st.sampled_from([None, "beauty"])),
        },
        store=draw(st.lists(st.just(("close_watch", "sanctions.close_watch@2026-03-12", None)), max_size=1)),
        buyer=draw(st.lists(st.just(("flag_high_risk", "sanctions.weak_buyer@2026-03-12", "0.5")), max_size=1)),
        figures={"success_rate": [draw(st.integers(0, 10)), 10]},
        losses=draw(st.integers(0, 4)),
        served={f"{0:064}": {"case_id": 9, "same_order": draw(st.booleans())}} if draw(st.booleans()) else {},
        rejected=draw(st.lists(st.just(f"{1:064}"), max_size=1)),
    )


@given(worlds())
def test_a_ruling_made_again_from_its_record_is_the_same_to_the_byte(world: Inputs) -> None:
    text = record(world, rule(world, book_of(world)))
    anew = load(book_of(world).text, file="another reading of the same text")
    again = json.loads(text)["inputs"]
    assert record(again, rule(again, anew)) == text


@given(worlds())
def test_only_hard_reasons_decide_and_whatever_is_doubted_goes_to_a_person(world: Inputs) -> None:
    found = rule(world, book_of(world))
    severities = [reason.severity for reason in found.reasons]
    hard = REJECTS in severities
    assert found.decided is (hard or set(severities) <= {"weighs"})
    if hard:
        assert found.outcome is State.REJECTED
    if found.outcome is State.REJECTED:
        assert hard or DOUBTS in severities
    assert severities == sorted(severities, key=STRONGEST_FIRST.index)


@given(worlds())
def test_every_reason_names_a_version_of_the_book_and_what_it_rests_on(world: Inputs) -> None:
    book = book_of(world)
    for reason in rule(world, book).reasons:
        path, _, day = reason.clause.partition("@")
        if reason.code in ("close_watch", "flag_high_risk"):  # a sanction names its own book
            continue
        assert [v for v in book.clauses[path] if v.valid_from.date().isoformat() == day]
        assert reason.rests_on
        assert 0 <= reason.confidence <= 1
        if reason.fault:
            assert book.value(path, OPENED).fault == reason.fault


@given(worlds())
def test_what_only_weighs_never_changes_what_is_decided(world: Inputs) -> None:
    found = rule(world, book_of(world))
    without: Inputs = {
        **world,
        "store": {"figures": {}, "losses_in_a_row": 0, "sanctions": world["store"]["sanctions"]},
    }
    plain = rule(without, book_of(world))
    assert (found.outcome, found.decided) == (plain.outcome, plain.decided)


@pytest.mark.parametrize("book", sorted(KINDS))
def test_every_mark_that_a_shipped_book_asks_for_has_a_fault(book: str) -> None:
    for kind in open_book(book).under("kinds"):
        assert set(open_book(book).value(f"kinds.{kind}", OPENED).shows) <= OF_MARK.keys()


def test_a_book_without_a_code_for_a_fault_does_not_know_it() -> None:
    text = open_book("ozon").text
    start, end = text.index("  ERR_015:\n"), text.index("  ERR_016:\n")
    without = load(text[:start] + text[end:], file="ozon")
    late = inputs(parcels=[a_parcel(first_scan_at=SHIP_BY + HOUR)])
    assert [reason.code for reason in rule(late, open_book("ozon")).reasons] == ["ERR_015"]
    assert rule(late, without).outcome is State.WON


def test_a_book_that_says_nothing_of_rulings_leaves_every_submission_to_a_person() -> None:
    text = open_book("ozon").text
    start, end = text.index("\nrulings:\n"), text.index("\nmoney:\n")
    silent = load(text[:start] + text[end:], file="ozon")
    assert not rule(inputs(), silent).decided
    assert not rule(inputs(pieces=[]), silent).decided


def test_facts_later_than_the_submission_are_not_known_to_it() -> None:
    row: dict[str, Any] = {
        "order.ship_by": SUBMITTED + HOUR,
        "order.completed_at": SUBMITTED + HOUR,
        "order.known_at": SUBMITTED,
        "store.commission_rate": Decimal("0.15"),
        "parcel": [
            {"parcel.delivered_at": SUBMITTED + timedelta(microseconds=1), "parcel.signed_by": "Ivanov"},
            {"parcel.delivered_at": SUBMITTED, "parcel.signed_by": "Petrov"},
        ],
    }
    plain = plain_facts(row, SUBMITTED)
    assert json.loads(json.dumps(plain)) == plain
    assert plain["order.ship_by"] == format_instant(SUBMITTED + HOUR)
    assert plain["order.completed_at"] is None
    assert "order.known_at" not in plain
    assert [parcel["parcel.signed_by"] for parcel in plain["parcel"]] == [None, "Petrov"]
    typed = typed_facts(plain)
    assert typed["parcel"][1]["parcel.delivered_at"] == SUBMITTED
    assert typed["store.commission_rate"] == Decimal("0.15")
