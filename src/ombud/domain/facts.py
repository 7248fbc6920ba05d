"""The tables that Ombud reads, once and for all: folder, mapping, store, API and connectors speak these names.

A trigger names a field as `fact.column`, the fact in the singular: `order.ship_by`, `parcel.first_scan_at`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What a column holds."""

    ID = "id"  # any text that is not empty
    SLUG = "slug"  # lower-case letters, digits, `-`, `_` and `.`
    TEXT = "text"
    CHOICE = "choice"  # one of `choices`
    INSTANT = "instant"  # UTC, to the microsecond
    MONEY = "money"  # a whole number of minor units, not negative
    COUNT = "count"  # a whole number, at least 1
    FRACTION = "fraction"  # a decimal from 0 to 1, at most six digits after the point
    CURRENCY = "currency"  # ISO 4217
    COUNTRY = "country"  # ISO 3166-1 alpha-2
    TIMEZONE = "timezone"  # IANA
    ADDRESS = "address"  # IPv4 or IPv6


@dataclass(frozen=True, slots=True)
class Column:
    """One column. `planned` marks an instant known ahead of itself: a promise, not something that happened."""

    name: str
    kind: Kind
    null: bool = False
    choices: tuple[str, ...] = ()
    planned: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """One table of facts. `born` is the instant at which a row comes to be known; None where the facts give none."""

    name: str
    fact: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    born: str | None = None
    required: bool = False

    def column(self, name: str) -> Column | None:
        """The column of that name, or None."""
        return next((column for column in self.columns if column.name == name), None)


ID, SLUG, TEXT, INSTANT, MONEY = Kind.ID, Kind.SLUG, Kind.TEXT, Kind.INSTANT, Kind.MONEY


def _choice(name: str, *choices: str, null: bool = False) -> Column:
    return Column(name, Kind.CHOICE, null, choices)


def _at(name: str, *, null: bool = True, planned: bool = False) -> Column:
    return Column(name, INSTANT, null, planned=planned)


STORES = Table(
    "stores",
    "store",
    ("store_id",),
    (
        Column("store_id", ID),
        Column("platform", SLUG),
        Column("site", ID),
        Column("country", Kind.COUNTRY),
        _at("verified_at"),
        _choice("tier", "basic", "standard", "premium", null=True),
        Column("timezone", Kind.TIMEZONE),
        Column("commission_rate", Kind.FRACTION),
    ),
    required=True,
)
ORDERS = Table(
    "orders",
    "order",
    ("order_id",),
    (
        Column("order_id", ID),
        Column("store_id", ID),
        Column("buyer_id", ID),
        _choice("status", "paid", "shipped", "delivered", "completed", "cancelled"),
        Column("gateway", SLUG),
        Column("currency", Kind.CURRENCY),
        Column("amount_minor", MONEY),
        Column("shipping_minor", MONEY),
        Column("refunded_minor", MONEY),
        Column("category", TEXT, null=True),
        _at("paid_at"),
        _at("ship_by", planned=True),
        _at("shipped_at"),
        _at("delivered_at"),
        _at("completed_at"),
        _at("cancelled_at"),
    ),
    required=True,
)
LINES = Table(
    "lines",
    "line",
    ("order_id", "line"),
    (
        Column("order_id", ID),
        Column("line", Kind.COUNT),
        Column("sku", ID),
        Column("quantity", Kind.COUNT),
        Column("price_minor", MONEY),
        _choice("kind", "physical", "virtual", "made_to_order", "adult"),
    ),
)
PARCELS = Table(
    "parcels",
    "parcel",
    ("order_id", "carrier", "tracking_number"),
    (
        Column("order_id", ID),
        Column("tracking_number", ID),
        Column("carrier", SLUG),
        _choice("service", "tracked", "untracked"),
        _at("registered_at", null=False),
        _choice("source", "api", "manual"),
        Column("warehouse", TEXT, null=True),
    ),
    born="registered_at",
)
SCANS = Table(
    "scans",
    "scan",
    ("carrier", "tracking_number", "scanned_at", "code"),
    (
        Column("carrier", SLUG),
        Column("tracking_number", ID),
        _at("scanned_at", null=False),
        _choice(
            "code",
            "label_created",
            "picked_up",
            "in_transit",
            "customs",
            "out_for_delivery",
            "delivered",
            "failed_attempt",
            "returned",
            "exception",
        ),
        Column("country", Kind.COUNTRY, null=True),
        Column("city", TEXT, null=True),
        Column("signed_by", TEXT, null=True),
        Column("source_ip", Kind.ADDRESS, null=True),
    ),
    born="scanned_at",
)
COMPLAINTS = Table(
    "complaints",
    "complaint",
    ("complaint_id",),
    (
        Column("complaint_id", ID),
        Column("order_id", ID),
        _choice("kind", "not_received", "item_mismatch", "not_as_described", "other"),
        _at("opened_at", null=False),
        _at("withdrawn_at"),
        _choice("media", "none", "photo", "unboxing_video"),
    ),
    born="opened_at",
)
MESSAGES = Table(
    "messages",
    "message",
    ("message_id",),
    (
        Column("message_id", ID),
        Column("order_id", ID),
        _choice("channel", "platform", "inbox", "order_mailbox", "external"),
        _choice("sender", "buyer", "seller", "platform"),
        _at("sent_at", null=False),
        Column("text", TEXT),
    ),
    born="sent_at",
)

RECIPIENTS = Table(
    "recipients",
    "recipient",
    ("order_id",),
    (
        Column("order_id", ID),
        Column("name", ID),
        Column("address", TEXT, null=True),
        Column("country", Kind.COUNTRY, null=True),
    ),
)

TABLES: dict[str, Table] = {
    t.name: t for t in (STORES, ORDERS, LINES, PARCELS, SCANS, COMPLAINTS, MESSAGES, RECIPIENTS)
}
"""Every table by name, in the order in which rows may point to one another."""

REFERENCES: tuple[tuple[str, tuple[str, ...], str], ...] = (
    ("orders", ("store_id",), "stores"),
    ("lines", ("order_id",), "orders"),
    ("parcels", ("order_id",), "orders"),
    ("scans", ("carrier", "tracking_number"), "parcels"),
    ("complaints", ("order_id",), "orders"),
    ("messages", ("order_id",), "orders"),
    ("recipients", ("order_id",), "orders"),
)
"""(table, columns, table pointed to): a row that points nowhere is an error."""

FOLDED: tuple[Column, ...] = (
    _at("first_scan_at"),  # first scan that counts: any but `label_created`, also one before the registration
    _at("destination_scan_at"),  # first scan that counts in the country that the order goes to
    _at("delivered_at"),  # first `delivered` scan
    Column("signed_by", TEXT, null=True),  # who signed at that scan
    _at("last_scan_at"),
    _at("second_order_at"),  # when the number came to serve a second order; null while it serves one
    _at("broken_at"),  # the scan that breaks the track; why stands in `broken_by`
    Column("broken_by", TEXT, null=True),  # JSON: which rule, and the two scans that disagree
)
"""What the scans of a parcel are folded into, beside the columns of `parcels`. No trigger reads scans themselves."""

PARCEL_COLUMNS: tuple[Column, ...] = PARCELS.columns + FOLDED
