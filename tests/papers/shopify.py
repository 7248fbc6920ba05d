"""Papers in English: proofs of delivery, product pages, conversations."""

from __future__ import annotations

from datetime import timedelta
from random import Random
from zoneinfo import ZoneInfo

from tests.papers import sheets
from tests.papers.orders import Sold
from tests.papers.sheets import Block, Sheet

_NAMES = {"usps": "USPS", "ups": "UPS", "dhl": "DHL Express"}
_TITLES = {
    "usps": "USPS Signature Confirmation",
    "ups": "Proof of Delivery",
    "dhl": "DHL Express Proof of Delivery",
}
_NEW_YORK = ZoneInfo("America/New_York")


def proof(
    order: Sold,
    random: Random,
    *,
    number: str | None = None,
    signer: bool = True,
    address: bool = True,
    time: bool = True,
    recipient: str | None = None,
) -> Sheet:
    """The carrier's letter that it was delivered."""
    shown = number or order.number
    at = order.delivered_at.astimezone(_NEW_YORK)
    clock = random.choice(
        (
            f"{at:%m/%d/%Y %I:%M %p}",
            f"{at:%B %d, %Y}, {at:%I:%M %p}",
            f"{at:%Y-%m-%d %H:%M:%S} EDT",
            f"{at:%m/%d/%Y %H:%M}",
        )
    )
    name = recipient or order.full_name
    rows = [
        ("Tracking number", shown),
        ("Carrier", _NAMES[order.carrier]),
        ("Service", random.choice(("Priority", "Ground", "Express"))),
        ("Weight", f"{order.grams / 453.6:.2f} lb"),
    ]
    if time:
        rows.append((random.choice(("Delivered on", "Delivery time", "Date and time of delivery")), clock))
    if address:
        rows.append((random.choice(("Delivered to", "Delivery address", "Recipient address")), order.address[0]))
    if signer:
        rows += [("Recipient", name), (random.choice(("Signed by", "Received by")), name)]
    blocks: list[Block] = [
        sheets.carrier(_NAMES[order.carrier], "Delivery information"),
        sheets.title(_TITLES[order.carrier]),
        sheets.text("Dear Customer,\nThis notice serves as proof of delivery for the shipment listed below."),
        sheets.pairs(rows, random.choice(("inline", "pale", "ruled"))),
        sheets.barcode(shown, drawn=random.random() < 0.5),
    ]
    if signer:
        blocks.append(sheets.sign("Signature", random, name))
    blocks.append(sheets.note("Thank you for giving us the opportunity to serve you. Details are kept for 120 days."))
    return Sheet(
        _TITLES[order.carrier], blocks, language="en", font=random.choice(sheets.FONTS[:3]), tint="#4a2c0f", size=10.5
    )


def product(
    order: Sold, random: Random, *, sku: bool = True, size: bool = True, colour: bool = True, published: bool = True
) -> Sheet:
    """The page of the goods as the buyer saw it."""
    at = order.registered_at - timedelta(days=random.randrange(20, 200))
    rows = [("Size", order.size)] * size + [(random.choice(("Color", "Colour")), order.colour)] * colour
    rows = [("SKU", order.sku)] * sku + rows
    if published:
        rows.append(
            (
                random.choice(("Published", "Published at", "Published on")),
                random.choice((f"{at:%Y-%m-%d %H:%M} UTC", f"{at:%B %d, %Y %H:%M}")),
            )
        )
    blocks = [
        sheets.note("shop.example · Home · Catalog"),
        sheets.title(order.goods[1]),
        sheets.text(f"${order.amount_minor // 100}.00 · In stock"),
        sheets.pairs(rows, random.choice(("inline", "pale"))),
        sheets.heading("Description"),
        sheets.text(
            "Made to last and easy to care for. Ships within two business days. Returns are free for thirty days."
        ),
    ]
    return Sheet(order.goods[1], blocks, language="en", font=sheets.FONTS[0], tint="#222222", size=11)


def conversation(order: Sold, random: Random, *, outside: str = "") -> Sheet:
    """Messages from Shopify Inbox, or from another messenger."""
    blocks: list[Block] = [
        sheets.title(f"{outside or 'Shopify Inbox'} conversation"),
        sheets.pairs([("Order", f"#{order.order_id}"), ("Channel", outside or "Shopify Inbox")]),
    ]
    for name, (at, who, said) in order.messages.items():
        number = "" if outside else f"\nMessage ID: {name}"
        blocks.append(sheets.boxed(sheets.note(f"{at:%Y-%m-%d %H:%M} UTC  {who}{number}"), sheets.text(said)))
    return Sheet("Conversation", blocks, language="en", font=random.choice(sheets.FONTS[:2]), size=10)
