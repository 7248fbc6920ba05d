"""What people have done on the demo's site before one looks: evidence handed in, ruled, refused, and a buyer's report.

All of it goes the way that the pages go, with papers that are read and checked as anybody's are.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

import duckdb
import pyarrow as pa
from PIL import Image, ImageDraw

import papers
from ombud.actions import inspections, reports, reviews
from ombud.actions.drafts import NewPiece
from ombud.actions.drafts import add as put_ready
from ombud.actions.imports import import_facts
from ombud.actions.report_files import NewFile
from ombud.actions.submissions import submit
from ombud.domain.cases import State
from ombud.domain.facts import TABLES
from ombud.domain.problems import OmbudError
from ombud.domain.rulebook import Rulebook
from ombud.inspect.pool import Asked, Pool
from ombud.scan.folder import Facts
from ombud.scan.schema import arrow_schema
from ombud.store.asked import asked_of
from ombud.store.books import book_of
from ombud.store.case_file import case_file
from ombud.store.models import Case, DraftPiece, Order, Parcel
from ombud.store.reviews import Stage, review_of
from ombud.work.loop import tick

Books = Mapping[str, Rulebook]
HANDED_IN = 5
"""Cases that the sellers have answered at most, and half of those that they could; the dearest is among them."""
KINDS = ("not_shipped", "no_first_scan")
"""Violations that a waybill and a record of the warehouse answer."""
PAPERS = {
    "waybill": ("shipment", papers.waybill),
    "outbound_record": ("outbound", papers.outbound),
    "customs_declaration": ("customs", papers.customs),
}
"""By kind: the word for it in the name of a file, and who makes it."""
HOUR = timedelta(hours=1)
LAST_MINUTES = timedelta(minutes=40)
ORDERS_TRIED = 60
DEAR_MINOR = 8_990_000
"""More than the book lets one person rule on, in kopecks."""
WORDS = "The lamp came in another colour, and its shade is cracked: see the photo."


def someones_work(at: datetime, *, sellers: Mapping[str, str], reviewer: str, books: Books) -> datetime:
    """Sets it all up from `at` on; returns the instant at which the site stands then: one case has 40 minutes left.

    sellers: who answers for each store.
    """
    dear = _dear_one(at, books)
    others = [case for case in _answerable(at) if case not in dear]
    chosen, handed_in = dear + others, len(dear) + min(HANDED_IN, (len(others) + 1) // 2)
    with Pool() as pool:
        _scanned_after_all(chosen[:handed_in], at, books)
        _hand_in(chosen[:handed_in], at, sellers, books, pool)
        _refused(chosen[handed_in : handed_in + 1], at, sellers, books, pool)
        _rule(at, reviewer, books)
        _complain(at, books, pool)
    then = _forty_minutes_before(at)
    tick(then, books=books)
    return then


def _dear_one(at: datetime, books: Books) -> list[Case]:
    """A case about an order so dear that two people have to say the same of it: an order like one that was not shipped
    either, of a higher price. None where nothing was."""
    alike = Case.objects.filter(platform="ozon", violation="not_shipped", state=State.OPENED, currency="RUB")
    case = alike.select_related("order").order_by("-held_minor", "case_id").first()
    if case is None:
        return []
    name = f"{case.order_id[:-1]}9"
    times = {"paid_at": at - timedelta(days=4), "ship_by": at - HOUR}
    new = {"order_id": name, "amount_minor": DEAR_MINOR, "shipping_minor": 0, **times}
    order = {column.name: getattr(case.order, column.name) for column in TABLES["orders"].columns} | new
    line = {"order_id": name, "line": 1, "sku": "SKU-0000417", "quantity": 1, "price_minor": DEAR_MINOR}
    _tell({"orders": [order], "lines": [{**line, "kind": "physical"}]}, at, books)
    tick(at, books=books)
    return list(Case.objects.select_related("order").filter(order_id=name))


def _answerable(at: datetime) -> list[Case]:
    """Cases with hours left about parcels, what holds most first; of them the dearest and then the rest from its end,
    since of one amount on somebody else has to say the same."""
    open_ = Case.objects.filter(
        platform="ozon", state=State.OPENED, route="", violation__in=KINDS, shuts_at__gt=at + 6 * HOUR
    )
    found = list(open_.select_related("order").order_by("-held_minor", "case_id"))
    return found[:1] + found[:0:-1]


def _scanned_after_all(cases: Sequence[Case], at: datetime, books: Books) -> None:
    """The carrier's scans of these parcels come in late, as they do: they say that all was in time."""
    parcels, scans = [], []
    for case in cases:
        parcel, came_at = Parcel.objects.filter(order=case.order).first(), _taken_at(case)
        number, carrier = (parcel.tracking_number, parcel.carrier) if parcel else (f"10{case.case_id:08d}", "cdek")
        if parcel is None:
            whose = {"order_id": case.order_id, "tracking_number": number, "carrier": carrier, "service": "tracked"}
            parcels.append({**whose, "registered_at": came_at - HOUR, "source": "api", "warehouse": "CN-1"})
        scan = {"carrier": carrier, "tracking_number": number, "scanned_at": came_at, "code": "picked_up"}
        scans.append({**scan, "country": "CN", "city": "Yiwu", "signed_by": None, "source_ip": None})
    _tell({"parcels": parcels, "scans": scans}, at, books)


def _tell(rows: Mapping[str, list[dict[str, object]]], at: datetime, books: Books) -> None:
    """Imports these rows as an export that came in at `at`."""
    with duckdb.connect() as engine:
        engine.execute("SET TimeZone = 'UTC'")
        for name, table in TABLES.items():
            engine.register(name, pa.Table.from_pylist(rows.get(name, []), schema=arrow_schema(table.columns)))
        counts = {name: len(rows.get(name, ())) for name in TABLES}
        import_facts(Facts(engine, at, counts, 0), books=books, actor="demo", at=at)


def _taken_at(case: Case) -> datetime:
    """When the carrier took the parcel, as its scan will say: well in time."""
    latest: datetime = min(case.order.ship_by or case.fires_at, case.fires_at)
    return (latest - 12 * HOUR).replace(second=0, microsecond=0)


def _hand_in(cases: Sequence[Case], at: datetime, sellers: Mapping[str, str], books: Books, pool: Pool) -> None:
    for case in cases:
        made_at = _taken_at(case)
        book = book_of(case.rulebook_id, books)
        asked = {one.kind for one in asked_of(case_file(case.case_id, at), book) if one.required}
        pieces = [
            NewPiece(f"{case.order_id}_{word}_ru.pdf", io.BytesIO(made(case, made_at)), stated={"made_at": made_at})
            for kind, (word, made) in PAPERS.items()
            if kind in asked
        ]
        put_ready(case.case_id, pieces, at=at, actor=sellers[case.store_id], books=books)
    _read(cases, at, pool)
    for case in cases:
        with suppress(OmbudError):
            submit(case.case_id, at=at, actor=sellers[case.store_id], books=books)


def _refused(cases: Sequence[Case], at: datetime, sellers: Mapping[str, str], books: Books, pool: Pool) -> None:
    """A waybill in English under a name of its own: the gate does not let that in, and it still lies there to mend."""
    for case in cases:
        content = papers.waybill(case, _taken_at(case), "en")
        piece = NewPiece("waybill.pdf", io.BytesIO(content), kind="waybill", language="en")
        put_ready(case.case_id, [piece], at=at, actor=sellers[case.store_id], books=books)
    _read(cases, at, pool)
    for case in cases:
        submit(case.case_id, at=at, actor=sellers[case.store_id], books=books)


def _read(cases: Sequence[Case], at: datetime, pool: Pool) -> None:
    ready = DraftPiece.objects.filter(case__in=[case.case_id for case in cases])
    inspections.read(list(ready.values_list("file_id", flat=True)), at=at, pool=pool)


def _rule(at: datetime, actor: str, books: Books) -> None:
    """One case is ruled for its seller and one for the buyer; of the dear one somebody else has to say the same; at
    least one waits."""
    under = Case.objects.filter(state=State.UNDER_REVIEW, platform="ozon").order_by("held_minor", "case_id")
    every = [case for case in under if (one := review_of(case)) and one.stage is Stage.WAITING]
    dear = [case for case in every if case.currency == "RUB" and case.held_minor == DEAR_MINOR]
    waiting = [case for case in every if case not in dear]
    words = (
        (State.WON, "The carrier scanned the parcel in time; what came late was the scan, not the parcel."),
        (State.REJECTED, "Nobody signed the waybill, and the record of the warehouse names no photo of this parcel."),
    )
    said = [(case, *word) for case, word in zip(waiting[:-1], words, strict=False)]
    said += [(case, *words[0]) for case in dear]
    for case, outcome, reason in said:
        reviews.overrule(case.case_id, outcome, reason, at=at + timedelta(minutes=5), actor=actor, books=books)


def _complain(at: datetime, books: Books, pool: Pool) -> None:
    """A buyer says that what came is not what was described: of the first order for which the book takes that."""

    def look(file: Path, format_: str) -> Sequence[object]:
        return pool.inspect([Asked(file, format_)])[0].said

    lately = Order.objects.filter(delivered_at__range=(at - timedelta(days=9), at), case=None)
    for order in lately.order_by("-store__platform", "-delivered_at", "order_id")[:ORDERS_TRIED]:
        photo = NewFile("lamp.jpg", io.BytesIO(_photo()))
        filled = reports.Filled(
            "not_as_described",
            WORDS,
            "demo",
            (photo,),
        )
        with suppress(OmbudError):
            reports.report(order.order_id, filled, look=look, at=at, books=books)  # type: ignore[arg-type]
            return


def _photo() -> bytes:
    picture = Image.effect_noise((800, 600), 30).convert("RGB")
    draw = ImageDraw.Draw(picture)
    draw.polygon([(250, 150), (550, 130), (600, 450), (210, 470)], fill=(196, 164, 120), outline=(90, 70, 40))
    draw.line([(260, 160), (400, 320), (380, 380), (560, 440)], fill=(40, 30, 20), width=6)
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=85)
    return file.getvalue()


def _forty_minutes_before(at: datetime) -> datetime:
    """The next instant at which somebody has 40 minutes left; `at` where nobody comes to that."""
    later = Case.objects.filter(shuts_at__gt=at + LAST_MINUTES).order_by("shuts_at")
    shuts_at = later.values_list("shuts_at", flat=True).first()
    return shuts_at - LAST_MINUTES if shuts_at else at
