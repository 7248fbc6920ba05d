"""Papers with faults, and what each must lead to: refusal where it is certain, a doubt where it is likely."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from random import Random
from typing import Any

from tests.papers import captures, forms, orders, photos, records, sheets, shopify, spoiling, videos, waybills, words
from tests.papers.forms import Faults, content_of, paper
from tests.papers.honest import Maker
from tests.papers.honest import outbound as honest_outbound
from tests.papers.orders import Sold
from tests.papers.paper import Form, Paper
from tests.papers.sheets import Sheet
from tests.papers.waybills import Written

_REFUSED: Callable[[str], Faults] = lambda fault: [(fault, "refuse")]  # noqa: E731
_DOUBTED: Callable[[str], Faults] = lambda fault: [(fault, "doubt")]  # noqa: E731
_OFF = timedelta(minutes=22)
Change = Callable[[Written, Sold], Written]


def _waybill(form: Form, faults: Faults, change: Change, carrier: str | None = None, *, language: str = "ru") -> Maker:
    def make(random: Random) -> Paper:
        order = orders.sold(random, carrier=carrier)
        said = change(waybills.written(order, random, language=language), order)
        content = content_of(waybills.sheet(said, order.carrier, random), form, random, order)
        return paper(order, "waybill", content, form, faults=faults)

    return make


def _kept(said: Written, _: Sold) -> Written:
    return said


def _of_other(said: Written, order: Sold) -> Written:
    other = next(iter(order.other))
    return replace(said, number=other, code=other)


def _of_nobody(said: Written, order: Sold) -> Written:
    strange = orders.number(Random(order.number), order.carrier)
    return replace(said, number=strange, code=strange)


def _one_digit_off(said: Written, order: Sold) -> Written:
    return replace(said, number=orders.wrong_check_digit(order.number), code="")


def _wrong_check(said: Written, order: Sold) -> Written:
    wrong = orders.wrong_check_digit(order.number)
    return replace(said, number=wrong, code=wrong)


def _late(form: Form, faults: Faults, at: Callable[[Sold], datetime]) -> Maker:
    def make(random: Random) -> Paper:
        order = orders.sold(random)
        when = at(order)
        said = waybills.written(order, random, at=when)
        content = content_of(waybills.sheet(said, order.carrier, random), form, random, order, at=when)
        return paper(order, "waybill", content, form, faults=faults)

    return make


def _log_off(order: Sold) -> datetime:
    return max(order.first_scan_at, order.shipped_at) + _OFF


def _after(order: Sold) -> datetime:
    return order.ship_by + timedelta(hours=31, minutes=24)


def _sheet(
    kind: str,
    form: Form,
    faults: Faults,
    draw: Callable[[Sold, Random], Sheet],
    platform: str = "ozon",
    at_delivery: bool = False,
) -> Maker:
    def make(random: Random) -> Paper:
        order = orders.sold(random, platform=platform)
        content = content_of(draw(order, random), form, random, order, at=order.delivered_at if at_delivery else None)
        return paper(order, kind, content, form, faults=faults)

    return make


def _of(order: Sold, how: Mapping[str, object]) -> dict[str, Any]:
    """What is a function of the order, as it is for this one."""
    return {key: value(order) if callable(value) else value for key, value in how.items()}


def _slip(form: Form, faults: Faults, **how: object) -> Maker:
    def draw(order: Sold, random: Random) -> Sheet:
        return records.slip(order, random, **_of(order, how))

    return _sheet("delivery_slip", form, faults, draw, at_delivery=True)


def _record(faults: Faults, *, at: Callable[[Sold], datetime] | None = None, **without: str) -> Maker:
    def draw(order: Sold, random: Random) -> Sheet:
        said = records.record(order, random, at=at(order) if at else None)
        return records.outbound(order, replace(said, **without), random)

    return _sheet("outbound_record", "text", faults, draw)


def _proof(form: Form, faults: Faults, **how: object) -> Maker:
    def draw(order: Sold, random: Random) -> Sheet:
        return shopify.proof(order, random, **_of(order, how))

    return _sheet("delivery_proof", form, faults, draw, "shopify")


def _product(**how: bool) -> Maker:
    return _sheet("product_page", "text", _DOUBTED("description_missing"),
                  lambda order, random: shopify.product(order, random, **how), "shopify")  # fmt: skip


def _film(faults: Faults, change: Callable[[videos.Filmed], videos.Filmed], claimed: float = 0) -> Maker:
    def make(random: Random) -> Paper:
        order = orders.sold(random)
        content = videos.mp4(change(forms.film(order, random)))
        content = videos.claiming(content, claimed) if claimed else content
        return paper(order, "packing_video", content, "video", faults=faults)

    return make


def _late_film(random: Random) -> Paper:
    order = orders.sold(random)
    film = forms.film(order, random, at=_after(order))
    return paper(order, "packing_video", videos.mp4(film), "video", faults=_DOUBTED("after_promise"))


def _done(faults: Faults, change: Callable[[bytes, Sold], bytes], form: Form = "text", platform: str = "ozon") -> Maker:
    """An honest paper to whose file something is done."""

    def make(random: Random) -> Paper:
        order = orders.sold(random, platform=platform)
        if platform == "ozon":
            kind, sheet = "waybill", waybills.sheet(waybills.written(order, random), order.carrier, random)
        else:
            kind, sheet = "delivery_proof", shopify.proof(order, random)
        return paper(order, kind, change(content_of(sheet, form, random, order), order), form, faults=faults)

    return make


def _named(faults: Faults, name: Callable[[Sold], str], *, form: Form = "text") -> Maker:
    def make(random: Random) -> Paper:
        order = orders.sold(random)
        content = content_of(honest_outbound(order, random), form, random, order)
        return paper(order, "outbound_record", content, form, faults=faults, name=name(order))

    return make


def _reused(faults: Faults, change: Callable[[bytes], bytes], *, on_parcel: bool = False) -> Maker:
    """A photo with which another case was answered, handed in again, with something done to its file: of a sheet, or
    of a parcel that the sheet is stuck on. Sheets of one form look alike, and so only things are known again by their
    looks."""

    def make(random: Random) -> Paper:
        order = orders.sold(random)
        sheet = waybills.sheet(waybills.written(order, random), order.carrier, random)
        page = sheet.pictures(200)[0]
        content = forms.photo(photos.on_a_parcel(page, random) if on_parcel else page, random, order)
        return paper(order, "waybill", change(content), "photo", faults=faults, before=[content])

    return make


def _edited_photo(random: Random) -> Paper:
    order = orders.sold(random)
    page = waybills.sheet(waybills.written(order, random), order.carrier, random).pictures(200)[0]
    content = forms.photo(page, random, order, software="Adobe Photoshop 25.4 (Windows)")
    return paper(order, "waybill", content, "photo", faults=_DOUBTED("edited"))


def _chat(form: Form) -> Maker:
    """The screen of a phone with another messenger, in the place of the platform's messages."""

    def make(random: Random) -> Paper:
        platform = "ozon" if form == "scan" else "shopify"
        order = orders.sold(random, platform=platform)
        talk = [
            ("left" if who in ("Покупатель", "Buyer") else "right", said) for _, who, said in order.messages.values()
        ]
        screen = captures.chat(talk, random, messenger=random.choice(("WhatsApp", "Telegram", "WeChat")))
        content = sheets.as_pdf([screen], dpi=200) if form == "scan" else captures.png(screen)
        kind = "buyer_messages" if platform == "ozon" else "messages"
        # That a screen shows another messenger is one fault, that it is a screen another, where the book knows it.
        faults = _DOUBTED("screenshot" if platform == "ozon" else "outside_chat")
        return paper(order, kind, content, form, faults=faults)

    return make


def _browser(form: Form, platform: str) -> Maker:
    """The whole screen, with the carrier's page in a browser."""

    def make(random: Random) -> Paper:
        order = orders.sold(random, platform=platform)
        address = f"www.{order.carrier}.example/track?number={order.number}"
        if platform == "ozon":
            kind, sheet = "waybill", waybills.sheet(waybills.written(order, random), order.carrier, random)
        else:
            kind, sheet = "delivery_proof", shopify.proof(order, random)
        screen = captures.browser(sheet.pictures(150)[0], random, address)
        content = captures.png(screen) if form == "picture" else sheets.as_pdf([screen], dpi=150)
        return paper(order, kind, content, form, faults=_DOUBTED("screenshot"))

    return make


def _printed(random: Random) -> Paper:
    order = orders.sold(random, platform="shopify")
    content = captures.printed(shopify.proof(order, random), f"www.{order.carrier}.example/track?number={order.number}")
    return paper(order, "delivery_proof", content, "text", faults=_DOUBTED("screenshot"))


def _unknown_id(order: Sold, random: Random) -> Sheet:
    last = list(order.messages)[-1]
    strange = "".join(
        random.choice("0123456789abcdef" if letter.islower() else "123456789")
        if letter.isalnum() and not letter.isupper()
        else letter
        for letter in last
    )
    return records.messages(order, random, unknown=strange)


def _stranger(_: Sold) -> str:
    return "Тимофеев Глеб Робертович"


MAKERS: dict[str, Maker] = {
    # what is certain
    "in Chinese": _waybill("text", _REFUSED("wrong_language"), _kept, "cdek", language="zh"),
    "in English": _waybill("text", _REFUSED("wrong_language"), _kept, "boxberry", language="en"),
    "number of another order": _waybill("text", _REFUSED("other_order"), _of_other),
    "number of another order, scan with barcode": _waybill("scan", _REFUSED("other_order"), _of_other),
    "number of another order, photo with barcode": _waybill("photo", _REFUSED("other_order"), _of_other),
    "number of another order, slip": _slip(
        "text", _REFUSED("other_order"), number=lambda order: next(iter(order.other))
    ),
    "number of another order, proof": _proof(
        "text", _REFUSED("number_not_on_order"), number=lambda order: next(iter(order.other))
    ),
    "wrong check digit": _waybill("text", _REFUSED("number_malformed"), _wrong_check, "russian-post"),
    "wrong check digit, proof": _proof(
        "text", _REFUSED("number_malformed"), number=lambda order: orders.wrong_check_digit(order.number)
    ),
    "altered after it was signed": _done(_REFUSED("altered"), lambda pdf, _: spoiling.changed(spoiling.signed(pdf))),
    "one bit of what was signed turned over": _done(
        _REFUSED("altered"), lambda pdf, _: spoiling.turned_over(spoiling.signed(pdf))
    ),
    "altered proof": _done(
        _REFUSED("altered"), lambda pdf, _: spoiling.changed(spoiling.signed(pdf)), platform="shopify"
    ),
    "locked with a password": _done(_REFUSED("unreadable"), lambda pdf, _: spoiling.locked(pdf)),
    "broken": _done(_REFUSED("unreadable"), lambda pdf, _: spoiling.broken(pdf)),
    "broken photo": _done(_REFUSED("unreadable"), lambda jpeg, _: spoiling.broken(jpeg), "photo"),
    "empty": _done(_REFUSED("unreadable"), lambda pdf, _: b""),
    "a PDF that is a ZIP archive too": _done(_REFUSED("format_hidden"), lambda pdf, _: spoiling.with_zip(pdf)),
    "a PNG by the name of a PDF": _named(
        _REFUSED("format_hidden"), lambda order: f"{order.order_id}_outbound_ru.pdf", form="picture"
    ),
    "a name that the book does not take": _named(
        _REFUSED("bad_file_name"), lambda order: f"{order.order_id} отгрузка.pdf"
    ),
    "named for another order": _named(
        _REFUSED("other_order"), lambda order: f"{next(iter(order.other.values()))}_outbound_ru.pdf"
    ),
    "video of 28 s": _film(_REFUSED("video_short"), lambda film: replace(film, seconds=28)),
    "video of 28 s that claims 40": _film(_REFUSED("video_short"), lambda film: replace(film, seconds=28), claimed=40),
    "the very file of another case": _reused(_REFUSED("evidence_reused"), lambda content: content),
    "message id that the platform does not know": _sheet(
        "buyer_messages", "text", _REFUSED("message_id_unknown"), _unknown_id
    ),
    # what is only likely
    "in Chinese, scan": _waybill("scan", _DOUBTED("wrong_language"), _kept, "cdek", language="zh"),
    "in English, photo": _waybill("photo", _DOUBTED("wrong_language"), _kept, "boxberry", language="en"),
    "half in Russian": _waybill(
        "text",
        _DOUBTED("wrong_language"),
        lambda said, order: replace(
            said,
            bilingual=True,
            address=words.PLACES["en"][0],
            sender="Shenzhen Huaqiang Trading Co., Ltd., Nanshan road 88, Shenzhen",
            goods=order.goods[1],
        ),
        "cdek",
    ),
    "number of nobody": _waybill("text", _DOUBTED("number_not_on_order"), _of_nobody),
    "number one digit off, scan without barcode": _waybill(
        "scan", _DOUBTED("number_not_on_order"), _one_digit_off, "cdek"
    ),
    "wrong check digit, scan without barcode": _waybill(
        "scan", _DOUBTED("number_malformed"), _one_digit_off, "russian-post"
    ),
    "not signed": _waybill("text", _DOUBTED("signature_missing"), lambda said, _: replace(said, by_hand=False)),
    "not signed, scan": _waybill("scan", _DOUBTED("signature_missing"), lambda said, _: replace(said, by_hand=False)),
    "not signed, photo": _waybill("photo", _DOUBTED("signature_missing"), lambda said, _: replace(said, by_hand=False)),
    "slip not signed": _slip("text", _DOUBTED("signature_missing"), signed=False),
    "slip not signed, scan": _slip("scan", _DOUBTED("signature_missing"), signed=False),
    "no weight": _waybill("text", _DOUBTED("weight_missing"), lambda said, _: replace(said, weight="")),
    "no volume": _waybill("text", _DOUBTED("weight_missing"), lambda said, _: replace(said, volume="", sides="")),
    "no weight, scan": _waybill("scan", _DOUBTED("weight_missing"), lambda said, _: replace(said, weight="")),
    "no sender": _waybill("text", _DOUBTED("parties_missing"), lambda said, _: replace(said, sender="")),
    "no sender, scan": _waybill("scan", _DOUBTED("parties_missing"), lambda said, _: replace(said, sender="")),
    "no logo": _waybill("text", _DOUBTED("logo_missing"), lambda said, _: replace(said, logo=False)),
    "another recipient": _waybill(
        "text", _DOUBTED("recipient_differs"), lambda said, _: replace(said, recipient=_stranger(_))
    ),
    "another recipient, scan": _waybill(
        "scan", _DOUBTED("recipient_differs"), lambda said, _: replace(said, recipient=_stranger(_))
    ),
    "another recipient, photo": _waybill(
        "photo", _DOUBTED("recipient_differs"), lambda said, _: replace(said, recipient=_stranger(_))
    ),
    "slip for another recipient": _slip("text", _DOUBTED("recipient_differs"), recipient=_stranger),
    "proof for another recipient": _proof("text", _DOUBTED("recipient_differs"), recipient="Harold Kowalczyk"),
    "22 minutes off": _late("text", _DOUBTED("clock_differs"), _log_off),
    "22 minutes off, scan": _late("scan", _DOUBTED("clock_differs"), _log_off),
    "record 22 minutes off": _record(_DOUBTED("clock_differs"), at=_log_off),
    "slip 22 minutes off": _slip("text", _DOUBTED("clock_differs"), at=lambda order: order.delivered_at + _OFF),
    "after the promise": _late("text", _DOUBTED("after_promise"), _after),
    "after the promise, photo": _late("photo", _DOUBTED("after_promise"), _after),
    "record after the promise": _record(_DOUBTED("after_promise"), at=_after),
    "record without time": _record(_DOUBTED("no_timestamp"), time=""),
    "record without operator": _record(_DOUBTED("operator_missing"), operator=""),
    "record without the hash of a photo": _record(_DOUBTED("photo_hash_missing"), photo_hash=""),
    "declaration without number": _sheet(
        "customs_declaration",
        "text",
        _DOUBTED("customs_missing"),
        lambda order, random: records.customs(order, random, numbered=False),
    ),
    "translation without a notary": _sheet(
        "notarised_translation",
        "text",
        _DOUBTED("translation_missing"),
        lambda order, random: records.translation(order, random, notary=False),
    ),
    "translator without a certificate": _sheet(
        "notarised_translation",
        "text",
        _DOUBTED("translator_uncertified"),
        lambda order, random: records.translation(order, random, certified=False),
    ),
    "messages without ids": _sheet(
        "buyer_messages",
        "text",
        _DOUBTED("message_id_missing"),
        lambda order, random: records.messages(order, random, ids=False),
    ),
    "messages of another messenger": _sheet(
        "buyer_messages",
        "text",
        _DOUBTED("outside_chat"),
        lambda order, random: records.messages(
            order, random, ids=False, outside=random.choice(("WhatsApp", "Telegram", "WeChat"))
        ),
    ),
    "screen of another messenger": _chat("scan"),
    "screen of another messenger, PNG": _chat("picture"),
    "conversation of another messenger": _sheet(
        "messages",
        "text",
        _DOUBTED("outside_chat"),
        lambda order, random: shopify.conversation(order, random, outside="WhatsApp"),
        "shopify",
    ),
    "screen with a browser": _browser("scan", "ozon"),
    "screen with a browser, PNG": _browser("picture", "shopify"),
    "page printed by a browser": _printed,
    "another document": _sheet("waybill", "text", _DOUBTED("wrong_kind"), lambda _, random: records.unrelated(random)),
    "another document, scan": _sheet(
        "waybill", "scan", _DOUBTED("wrong_kind"), lambda _, random: records.unrelated(random)
    ),
    "a record handed in as a slip": _sheet("delivery_slip", "text", _DOUBTED("wrong_kind"), honest_outbound),
    "saved by an editor": _done(_DOUBTED("edited"), lambda pdf, order: spoiling.by_editor(pdf, order.registered_at)),
    "photo saved by an editor": _edited_photo,
    "the photo of another case, other bytes": _reused(_DOUBTED("evidence_reused"), spoiling.commented),
    "the photo of another case, smaller": _reused(_DOUBTED("evidence_reused"), spoiling.smaller, on_parcel=True),
    "video without a label": _film(_DOUBTED("label_not_visible"), lambda film: replace(film, sku="")),
    "video with the label of other goods": _film(
        _DOUBTED("label_not_visible"), lambda film: replace(film, sku="QZ-800-31415")
    ),
    "video without a clock": _film(_DOUBTED("no_watermark"), lambda film: replace(film, clock=None)),
    "video slowed down": _film(_DOUBTED("watermark_drifts"), lambda film: replace(film, clocked=((0, 0, 0.6),))),
    "video padded with a still": _film(
        _DOUBTED("watermark_drifts"), lambda film: replace(film, clocked=((0, 0, 1), (22, 22, 0)), frozen_from=22)
    ),
    "video of two recordings": _film(
        _DOUBTED("watermark_drifts"), lambda film: replace(film, clocked=((0, 0, 1), (17, 17 + 260, 1)))
    ),
    "video after the promise": _late_film,
    "proof without an address": _proof("text", _DOUBTED("recipient_missing"), address=False),
    "proof without a signer": _proof("text", _DOUBTED("signature_missing"), signer=False),
    "proof without a signer, PNG": _proof("picture", _DOUBTED("signature_missing"), signer=False),
    "proof without a time": _proof("text", _DOUBTED("delivery_unproved"), time=False),
    "page without SKU": _product(sku=False),
    "page without size": _product(size=False),
    "page without colour": _product(colour=False),
    "page without publishing time": _product(published=False),
}
"""What is made -> how."""
