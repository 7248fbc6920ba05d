"""Honest papers, one of each kind and form in turn."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from tests.papers import forms, orders, records, shopify, spoiling, videos, waybills
from tests.papers.forms import content_of, paper
from tests.papers.paper import Form, Paper
from tests.papers.sheets import Sheet

Maker = Callable[[Random], Paper]


def waybill(random: Random, carrier: str, form: Form, *, sealed: bool = False) -> Paper:
    """sealed: digitally signed."""
    order = orders.sold(random, carrier=carrier)
    sheet = waybills.sheet(waybills.written(order, random), carrier, random)
    content = content_of(sheet, form, random, order)
    return paper(order, "waybill", spoiling.signed(content) if sealed else content, form)


def _of(kind: str, form: Form, draw: Callable[[orders.Sold, Random], Sheet], platform: str = "ozon") -> Maker:
    def make(random: Random) -> Paper:
        order = orders.sold(random, platform=platform)
        at = order.delivered_at if kind == "delivery_slip" else None
        return paper(order, kind, content_of(draw(order, random), form, random, order, at=at), form)

    return make


def video(random: Random) -> Paper:
    """A packing video."""
    order = orders.sold(random)
    return paper(order, "packing_video", videos.mp4(forms.film(order, random)), "video")


def outbound(order: orders.Sold, random: Random) -> Sheet:
    """An outbound record."""
    return records.outbound(order, records.record(order, random), random)


def _waybills() -> dict[str, Maker]:
    made: dict[str, Maker] = {}
    for carrier in orders.CARRIERS["ozon"]:
        for form in ("text", "scan", "photo"):
            made[f"waybill, {carrier}, {form}"] = lambda random, c=carrier, f=form: waybill(random, c, f)  # type: ignore[misc]
    return made


MAKERS: dict[str, Maker] = {
    **_waybills(),
    "waybill, digitally signed": lambda random: waybill(random, "cdek", "text", sealed=True),
    "outbound record": _of("outbound_record", "text", outbound),
    "outbound record, scan": _of("outbound_record", "scan", outbound),
    "delivery slip": _of("delivery_slip", "text", records.slip),
    "delivery slip, scan": _of("delivery_slip", "scan", records.slip),
    "delivery slip, photo": _of("delivery_slip", "photo", records.slip),
    "messages": _of("buyer_messages", "text", records.messages),
    "customs declaration": _of("customs_declaration", "text", records.customs),
    "customs declaration, scan": _of("customs_declaration", "scan", records.customs),
    "translation": _of("notarised_translation", "text", records.translation),
    "translation, scan": _of("notarised_translation", "scan", records.translation),
    "packing video": video,
    "proof of delivery": _of("delivery_proof", "text", shopify.proof, "shopify"),
    "proof of delivery, PNG": _of("delivery_proof", "picture", shopify.proof, "shopify"),
    "product page": _of("product_page", "text", shopify.product, "shopify"),
    "product page, PNG": _of("product_page", "picture", shopify.product, "shopify"),
    "conversation": _of("messages", "text", shopify.conversation, "shopify"),
}
"""What is made -> how."""
