"""What automatic responses and letters may name: the fields of a case (S9)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ombud.domain.problems import N_

TITLES: Final[Mapping[str, str]] = {
    "order_number": N_("the id of the order"),
    "case_number": N_("the number of the case"),
    "store": N_("the id of the store"),
    "platform": N_("the name of the platform"),
    "violation": N_("what the case is about"),
    "buyer_name": N_("the buyer, as the platform names them"),
    "amount": N_("the amount of the order with its currency"),
    "paid_at": N_("when the order was paid, UTC"),
    "ship_by": N_("the promised shipping time, UTC"),
    "shipped_at": N_("when the seller said that it was shipped, UTC"),
    "opened_at": N_("when the case opened, UTC"),
    "due_at": N_("until when to answer, UTC"),
    "due_at_store": N_("until when to answer, in the zone of the store"),
    "today": N_("the day on which it is written, UTC"),
    "carrier": N_("the carrier of the parcel that was signed for first; else of the parcel of the case"),
    "tracking_number": N_("the number of that parcel"),
    "first_scan_at": N_("its first scan, UTC"),
    "delivered_at": N_("when it was delivered, UTC"),
    "signed_by": N_("who signed for it"),
    "items": N_("a list: what was ordered"),
    "parcels": N_("a list: the parcels of the order"),
    "evidence": N_("a list: what lies ready for the case; else what was handed in last"),
}
"""Every field with what it stands for, in the order in which they are listed."""

_ROWS: Final[Mapping[str, tuple[str, ...]]] = {
    "items": ("sku", "quantity", "price"),
    "parcels": ("carrier", "tracking_number", "first_scan_at", "delivered_at", "signed_by"),
    "evidence": ("name", "kind"),
}
FIELDS: Final[Mapping[str, tuple[str, ...]]] = {name: _ROWS.get(name, ()) for name in TITLES}
"""For `domain.templates`: the fields, and of a list what each of its rows has."""
