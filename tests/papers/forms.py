"""A sheet -> a file as sellers hand it in, under the name that the book wants."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from io import BytesIO
from random import Random

import pikepdf
from PIL import Image

from tests.papers import captures, photos, sheets, videos
from tests.papers.orders import Sold
from tests.papers.paper import Form, Paper, Weight
from tests.papers.sheets import Sheet

WORDS = {
    "waybill": "shipment",
    "outbound_record": "outbound",
    "packing_video": "packing",
    "buyer_messages": "messages",
    "delivery_slip": "delivery",
    "customs_declaration": "customs",
    "notarised_translation": "translation",
    "delivery_proof": "delivery",
    "product_page": "product",
    "messages": "messages",
}
ENDINGS: dict[Form, str] = {"text": "pdf", "scan": "pdf", "photo": "jpg", "picture": "png", "video": "mp4"}
Faults = Sequence[tuple[str, Weight]]


def paper(
    order: Sold,
    kind: str,
    content: bytes,
    form: Form,
    *,
    faults: Faults = (),
    language: str = "ru",
    layout: str = "",
    name: str = "",
    before: Sequence[bytes] = (),
) -> Paper:
    """A finished file as a paper of `order`."""
    language = language if order.platform == "ozon" else "en"
    name = name or f"{order.order_id}_{WORDS[kind]}_{language}.{ENDINGS[form]}"
    return Paper(name, kind, language, content, form, layout or order.carrier, order, tuple(faults), tuple(before))


def content_of(sheet: Sheet, form: Form, random: Random, order: Sold, *, at: datetime | None = None) -> bytes:
    """The sheet as a file of `form`. at: when a photo was taken; else a while after the carrier took the parcel."""
    if form == "text":
        return _made_by(random, sheet.pdf(at=order.registered_at + timedelta(minutes=1)))
    pages = sheet.pictures(dpi=150 if form == "picture" else 200)
    if form == "scan":
        return sheets.as_pdf([photos.scanned(page, random) for page in pages], quality=random.randrange(60, 85))
    if form == "picture":
        return png(pages[0])
    return photo(pages[0], random, order, at=at)


def _made_by(random: Random, pdf: bytes) -> bytes:
    """As the program of some company writes it: Typst's own marks stay on one in three."""
    producer = random.choice(_PRODUCERS)
    if not producer:
        return pdf
    with pikepdf.open(BytesIO(pdf)) as opened:
        opened.docinfo["/Producer"] = pikepdf.String(producer)
        del opened.trailer.ID  # else the file says that it was changed since
        return captures.saved(opened)


_PRODUCERS = ("", "iText 2.1.7 by 1T3XT", "wkhtmltopdf 0.12.6", "1C:Enterprise 8.3", "", "FastReport .NET")


def photo(
    page: Image.Image,
    random: Random,
    order: Sold,
    *,
    at: datetime | None = None,
    software: str = "",
) -> bytes:
    """A photo of the page with the clock burnt in, by the seller's clock."""
    taken = order.local(at or order.first_scan_at + timedelta(minutes=random.randrange(1, 5)))
    seen = photos.watermarked(photos.photographed(page, random), taken, random)
    return photos.jpeg(seen, random, taken=taken if random.random() < 0.6 else None, software=software)


def png(page: Image.Image) -> bytes:
    """As it is."""
    file = BytesIO()
    page.save(file, "PNG")
    return file.getvalue()


def film(order: Sold, random: Random, *, at: datetime | None = None) -> videos.Filmed:
    """An honest packing video of `order`, taken `at` (before it was handed over)."""
    start = order.local(at or order.registered_at - timedelta(minutes=random.randrange(4, 30)))
    shown = random.uniform(4, 12)
    return videos.Filmed(
        clock=start.replace(tzinfo=None),
        seconds=random.randrange(31, 42),
        sku=order.sku,
        shown=(shown, shown + random.uniform(5, 9)),
        rate=random.choice((5, 8)),
        coded=random.random() < 0.6,
        goods=order.goods[0],
        form=random.choice(photos.CLOCKS),
        seed=random.getrandbits(30),
    )
