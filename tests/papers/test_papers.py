"""The papers are the same for the same seed, can be opened, and carry the faults that they are said to have."""

from __future__ import annotations

import hashlib
from io import BytesIO
from itertools import pairwise
from random import Random
from typing import get_args

import av
import pikepdf
import pypdfium2
import pytest
import zxingcpp
from PIL import Image

from ombud.domain.formats import format_of
from ombud.domain.rulebook.clauses.reasons import Fault
from ombud.domain.tracking_numbers import fits
from ombud.rulebooks import open_book
from ombud.store import inspections
from tests.papers import Paper, faulty, forms, honest, orders, photos, verdicts, videos
from tests.papers.making import made

QUICK = (
    "waybill, cdek, text",
    "waybill, ozon-logistics, scan",
    "waybill, boxberry, photo",
    "messages",
    "product page, PNG",
)


def letters(content: bytes) -> str:
    with pypdfium2.PdfDocument(content) as pdf:
        return "\n".join(page.get_textpage().get_text_range() for page in pdf)


@pytest.mark.parametrize(
    "name", ["waybill, cdek, text", "waybill, boxberry, scan", "messages", "in Chinese", "page printed by a browser"]
)
def test_the_same_seed_makes_the_same_bytes_and_another_seed_others(name: str) -> None:
    assert made(name, 3) == made(name, 3)
    assert made(name, 3).content != made(name, 4).content


def test_the_same_film_makes_the_same_bytes() -> None:
    film = forms.film(orders.sold(Random(1)), Random(1))
    assert videos.mp4(film) == videos.mp4(film)


def test_the_same_photo_makes_the_same_bytes() -> None:
    order = orders.sold(Random(1))
    page = Image.new("RGB", (400, 500), "white")
    first, second = (photos.photographed(page, Random(3), long_side=600) for _ in range(2))
    assert forms.png(first) == forms.png(second)
    assert photos.clock_text(order.first_scan_at, Random(1)) == photos.clock_text(order.first_scan_at, Random(1))


@pytest.mark.parametrize("name", QUICK)
def test_a_paper_is_of_the_format_that_its_name_says(name: str) -> None:
    paper = made(name, 5)
    assert format_of(paper.content) == paper.format


def test_every_maker_has_one_name_and_every_fault_is_one_of_the_books() -> None:
    assert not honest.MAKERS.keys() & faulty.MAKERS.keys()
    paper = made("not signed", 1)
    assert not paper.honest
    assert {fault for fault, _ in paper.faults} <= set(get_args(Fault))


@pytest.mark.parametrize("name", ["waybill, cdek, text", "outbound record", "delivery slip", "customs declaration"])
def test_an_honest_paper_with_text_says_the_number_or_the_recipient_of_its_order(name: str) -> None:
    paper = made(name, 2)
    words = letters(paper.content).replace("\r\n", " ")
    assert paper.order.number in words or paper.order.name[0].split("-")[0].lower() in words.lower()


def test_a_scan_has_no_text_layer_and_a_sheet_has_one() -> None:
    assert letters(made("waybill, cdek, scan", 1).content).strip() == ""
    assert "Накладная" in letters(made("waybill, cdek, text", 1).content)


def test_the_barcode_of_a_sheet_is_the_number_of_its_order() -> None:
    paper = made("waybill, boxberry, text", 7)
    with pypdfium2.PdfDocument(paper.content) as pdf:
        page = pdf[0].render(scale=3).to_pil()
    assert paper.order.number in {read.text for read in zxingcpp.read_barcodes(page)}


@pytest.mark.parametrize("carrier", [*orders.CARRIERS["ozon"], *orders.CARRIERS["shopify"]])
def test_numbers_have_a_form_that_the_carrier_gives_out_and_a_wrong_check_digit_has_none(carrier: str) -> None:
    book = open_book("ozon" if carrier in orders.CARRIERS["ozon"] else "shopify")
    known = book.clauses[f"carriers.{carrier}"][0].value.numbers()
    number = orders.number(Random(4), carrier)
    assert fits(number, known)
    if carrier in ("russian-post", "ups"):
        assert not fits(orders.wrong_check_digit(number), known)


def test_a_photo_has_exif_only_where_it_is_said_when_it_was_taken() -> None:
    page, order = Image.new("RGB", (600, 800), "white"), orders.sold(Random(1))
    with_time = photos.jpeg(page, Random(1), taken=order.local(order.first_scan_at))
    assert Image.open(BytesIO(with_time)).getexif().get_ifd(0x8769)[0x9003].startswith("2026:")
    assert not Image.open(BytesIO(photos.jpeg(page, Random(1)))).getexif()


def test_a_video_that_claims_more_than_it_has_has_the_frames_that_it_has() -> None:
    content = made("video of 28 s that claims 40", 1).content
    with av.open(BytesIO(content), "r") as container:
        stream = container.streams.video[0]
        assert stream.time_base
        ends = [packet.pts * stream.time_base for packet in container.demux(stream) if packet.pts is not None]
    assert 27 < max(ends) < 28
    head = content.index(b"mvhd") + 16
    scale, length = (int.from_bytes(content[at : at + 4], "big") for at in (head, head + 4))
    assert length == 40 * scale


def test_the_clock_of_a_film_runs_with_it_unless_it_was_tampered_with() -> None:
    film = forms.film(orders.sold(Random(2)), Random(2))
    lags = {film.shown_clock(second).total_seconds() - second for second in range(30)}
    assert lags == {0.0}
    padded = videos.Filmed(film.clock, 34, film.sku, clocked=((0, 0, 1), (22, 22, 0)))
    seconds = [padded.shown_clock(second).total_seconds() for second in range(34)]
    assert [b - a for a, b in pairwise(seconds)] == [1.0] * 22 + [0.0] * 11


def test_a_locked_file_asks_for_a_password_and_a_broken_one_does_not_open() -> None:
    with pytest.raises(pikepdf.PasswordError):
        pikepdf.open(BytesIO(made("locked with a password", 1).content))
    with pytest.raises(pypdfium2.PdfiumError):
        pypdfium2.PdfDocument(made("broken", 1).content)


def test_the_photo_of_another_case_has_the_same_pixels_in_other_bytes() -> None:
    paper = made("the photo of another case, other bytes", 1)
    own, before = _pixels(paper.content), _pixels(paper.before[0])
    assert own == before
    assert paper.content != paper.before[0]


def _pixels(content: bytes) -> str:
    with Image.open(BytesIO(content)) as image:
        return hashlib.sha256(image.convert("RGB").tobytes()).hexdigest()


def test_what_the_platform_knows_of_an_order_has_the_shape_of_its_facts() -> None:
    paper: Paper = made("messages", 1)
    row, known = paper.order.row(), paper.order.known()
    assert row["parcel"][0]["parcel.tracking_number"] == paper.order.number
    assert row["order.ship_by"].tzinfo is not None
    assert known["messages"].keys() == paper.order.messages.keys()
    assert paper.order.number not in known["numbers"]


def test_photos_are_taken_for_alike_as_the_store_takes_them() -> None:
    assert verdicts.NEAR == inspections.NEAR
