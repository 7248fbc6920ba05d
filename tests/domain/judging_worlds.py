"""What an honest piece of each kind says, with as little changed as a test needs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, cast

from ombud.domain import gate
from ombud.domain.evidence import Finding, Outcome, Piece
from ombud.domain.judging import Judged, judge
from ombud.domain.judging.known import Known
from ombud.domain.known_facts import typed_facts
from ombud.domain.rulebook import Rulebook
from ombud.domain.said import Said, Source
from ombud.rulebooks import open_book
from tests.domain.ruling_worlds import OPENED, a_parcel, inputs

SHEET = (100, 100, 900, 140)
FORMATS = {"packing_video": "mp4"}
HONEST: Mapping[str, Mapping[str, Any]] = {
    "waybill": {
        "line": "Транспортная накладная",
        "carrier": "cdek",
        "tracking_number": "1234567890",
        "sender": "ООО Ромашка",
        "recipient": "Иванов Иван Иванович",
        "weight": "1,2 кг",
        "volume": "0,01 м³",
        "time": "2026-04-10T05:00:00",  # by the clock of Shanghai when the parcel was first scanned
        "signature_field": "Подпись",
        "ink": {"value": 40, "source": "picture"},
        "language": "ru",
        "language_share": "ru 0.93",
    },
    "outbound_record": {
        "line": "Запись об отгрузке",
        "record_time": "2026-04-10T02:00:00",
        "operator_id": "WH-17",
        "photo_hash": "9f86d081884c7d65",
        "language": "ru",
        "language_share": "ru 0.88",
    },
    "packing_video": {
        "duration_ms": {"value": 42_000, "source": "container"},
        "watermark_time": [
            {"value": "2026-04-10T01:00:00", "source": "frames", "at_ms": 0},
            {"value": "2026-04-10T01:00:10", "source": "frames", "at_ms": 10_200},
            {"value": "2026-04-10T01:00:41", "source": "frames", "at_ms": 41_000},
        ],
        "line": {"value": "SKU CUP-0017", "source": "frames", "at_ms": 10_200, "confidence": 0.9},
        "recognised": {"value": 1, "source": "container"},
    },
    "buyer_messages": {
        "line": "Переписка с покупателем",
        "message_id": "msg-000017",
        "time": "2026-04-09T12:00:00+03:00",
        "language": "ru",
        "language_share": "ru 0.97",
    },
    "delivery_slip": {
        "line": "Расписка о вручении",
        "tracking_number": "1234567890",
        "recipient": "Иванов И. И.",
        "delivery_time": "2026-04-10T03:00:00+03:00",
        "signature_field": "Подпись курьера",
        "ink": {"value": 12, "source": "picture"},
        "language": "ru",
        "language_share": "ru 0.9",
    },
    "customs_declaration": {
        "line": "Декларация на товары",
        "declaration_number": "10702070/100426/0012345",
        "time": "2026-04-10T05:00:00",
        "language": "ru",
        "language_share": "ru 0.8",
    },
    "notarised_translation": {
        "line": "Перевод с китайского языка; диплом переводчика серия ПП",
        "notary": "Петрова А. А.",
        "translator": "Сидоров С. С.",
        "signature_field": "Подпись",
        "ink": {"value": 9, "source": "picture"},
        "time": "2026-04-10T05:00:00",
        "language": "ru",
        "language_share": ["ru 0.7", "zh 0.3"],
    },
    "delivery_proof": {
        "line": "Proof of delivery",
        "carrier": "usps",
        "tracking_number": "AB123456785US",
        "delivery_time": "2026-04-10T00:00:00Z",
        "signer": "J. Smith",
        "recipient": "John Smith",
        "recipient_address": "1 Main St, Springfield",
    },
    "product_page": {
        "line": "Product details",
        "sku": "CUP-0017",
        "product_size": "M",
        "product_colour": "Blue",
        "publishing_time": "2026-03-01T08:00:00Z",
    },
    "messages": {"line": "Message to the buyer", "time": "2026-04-09T09:00:00Z"},
}
KNOWN: Known = {
    "recipient": {"name": "Ivan Ivanov", "address": None},
    "messages": {"msg-000017": {"channel": "platform", "sent_at": "2026-04-09T09:00:00Z"}},
    "messages_known": True,
    "numbers": {"9990001112": "o2"},
    "pictures": {},
}
BOOK_OF = {"delivery_proof": "shopify", "product_page": "shopify", "messages": "shopify"}
SOURCES: Mapping[str, Source] = {
    "off": "container", "cut": "container", "problem": "container", "recognised": "container",
    "scanned_page": "container", "duration_ms": "container", "stated_duration_ms": "container", "still_ms": "container",
    "ids_differ": "metadata", "revisions": "metadata", "created_at": "metadata", "modified_at": "metadata",
    "producer": "metadata", "digital_signature": "signature", "barcode": "barcode",
    "picture_sha256": "picture", "picture_dhash": "picture", "screenshot_sign": "picture",
    "exif_time": "exif", "exif_software": "exif",
}  # fmt: skip


def said(field: str, told: Any) -> list[Said]:
    """`told`: a value, or {value, source, page, box, at_ms, confidence}, or a list of these; null is nothing."""
    if told is None:
        return []
    if isinstance(told, list):
        return [one for each in told for one in said(field, each)]
    whole = told if isinstance(told, dict) else {"value": told}
    source = SOURCES.get(field, "text_layer")
    on_paper = source == "text_layer" and "at_ms" not in whole
    place: dict[str, Any] = {"page": 1, "box": SHEET} if on_paper else {}
    sure = {"confidence": float(whole.get("confidence", 1))}
    return [Said(field, **{"source": source, **place, **whole, **sure})]


def a_piece(kind: str, changes: Mapping[str, Any] | None = None, *, pixels: bool = False, **more: Any) -> Piece:
    """An honest piece with `changes` to what it says; pixels: a scan, of which everything was recognised."""
    told = {**HONEST[kind], **(changes or {})}
    facts = [one for field, values in told.items() for one in said(field, values)]
    if pixels:
        facts = [replace(one, source="ocr", confidence=0.8) if one.source == "text_layer" else one for one in facts]
        facts += [Said("scanned_page", 1, "container"), Said("recognised", 1, "container")]
    language = (*rules(kind)[0].kinds[kind].languages, "en")[0]
    piece = Piece(f"{kind}.pdf", kind, language, kind, 1000, FORMATS.get(kind, "pdf"), said=tuple(facts), inspected="1")
    return replace(piece, **more)


def rules(kind: str) -> tuple[gate.Rules, Rulebook]:
    """The rules of the book that knows `kind`, as in force when the case was opened."""
    book = open_book(BOOK_OF.get(kind, "ozon"))
    return gate.rules(book.clauses, lambda clause: book.version_at(clause, OPENED)), book


def a_row(book: str = "ozon", **more: Any) -> dict[str, Any]:
    """The order of the worlds of rulings, of a store in Shanghai, with one cup. more: fields of the parcel."""
    parcels = [a_parcel(book, **more)]
    row = typed_facts(inputs(book, parcels=parcels)["facts"])
    row |= {"store.timezone": "Asia/Shanghai", "line": [{"line.sku": "CUP-0017", "line.kind": "physical"}]}
    return row


def judged(
    *pieces: Piece, row: Mapping[str, Any] | None = None, known: Mapping[str, Any] | None = None
) -> tuple[Judged, ...]:
    """What judging finds in an upload of these."""
    by, book = rules(pieces[0].kind)
    row = a_row(book.name) if row is None else row
    to = {"recipient": {"name": "John Smith", "address": None}} if book.name == "shopify" else {}
    return judge(pieces, row, cast("Known", {**KNOWN, **to, **(known or {})}), by, book, at=OPENED)


def faults(one: Judged) -> dict[str, str]:
    """What is not in order: check -> failed, or unsure with its confidence."""
    return {
        each.check: "failed" if each.outcome is Outcome.FAILED else f"unsure {each.confidence:.2f}"
        for each in reversed(one.findings)
        if each.outcome is not Outcome.PASSED
    }


def about(one: Judged, check: str) -> list[Finding]:
    """The findings of one check."""
    return [each for each in one.findings if each.check == check]


def of(changes: Mapping[str, Any], kind: str = "waybill", **more: Any) -> dict[str, str]:
    """The faults of one honest piece with `changes`. more: `row`, `known`, `pixels`, and fields of the piece."""
    world: dict[str, Any] = {name: more.pop(name) for name in ("row", "known") if name in more}
    return faults(judged(a_piece(kind, changes, **more), **world)[0])


def pieces_of(kinds: Sequence[str]) -> list[Piece]:
    """Honest pieces, one of each kind."""
    return [a_piece(kind) for kind in kinds]
