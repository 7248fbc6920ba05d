"""An invented order as a file that Ombud reads, and papers of it in all the forms that a seller has them in."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from random import Random
from typing import Any

from ombud.domain.instants import format_instant
from tests.papers import forms, orders, records, sheets, videos, waybills
from tests.papers.orders import Sold
from tests.papers.sheets import Sheet


def sold(seed: int = 1) -> Sold:
    """An order on Ozon, sent with CDEK."""
    return orders.sold(Random(seed), carrier="cdek")


def as_json(order: Sold, folder: Path, violation: str = "not_shipped") -> str:
    """The path of its order file."""
    row = order.row()
    data: dict[str, Any] = {name: _under(row, name) for name in ("order", "store")}
    data["lines"] = [_under(one, "line") for one in row["line"]]
    data["parcels"] = [_under(one, "parcel") for one in row["parcel"]]
    data["recipient"] = {"name": order.full_name}
    data["violation"] = violation
    data["at"] = format_instant(order.delivered_at)
    path = folder / "order.json"
    path.write_text(json.dumps(data, ensure_ascii=False, default=str), "utf-8")
    return str(path)


def _under(row: dict[str, Any], fact: str) -> dict[str, Any]:
    found = {name.partition(".")[2]: value for name, value in row.items() if name.startswith(f"{fact}.")}
    return {
        name: format_instant(value) if isinstance(value, datetime) else value
        for name, value in found.items()
        if value is not None
    }


def waybill(order: Sold, seed: int = 1) -> Sheet:
    """Of its parcel."""
    random = Random(seed)
    return waybills.sheet(waybills.written(order, random), order.carrier, random)


def slip(order: Sold, seed: int = 1) -> Sheet:
    """What the courier had signed."""
    return records.slip(order, Random(seed))


def outbound(order: Sold, seed: int = 1) -> Sheet:
    """The record of the warehouse."""
    random = Random(seed)
    return records.outbound(order, records.record(order, random), random)


def messages(order: Sold, seed: int = 1) -> Sheet:
    """With the buyer."""
    return records.messages(order, Random(seed))


def scan(sheet: Sheet, *, dpi: int = 300, quality: int = 95, pages: int = 1) -> bytes:
    """A PDF of pictures, as large as scanners make them."""
    drawn = sheet.pictures(dpi=dpi)[:1] * pages
    return sheets.as_pdf(drawn, dpi=dpi, quality=quality)


def film(order: Sold, seed: int = 1) -> bytes:
    """A packing video."""
    return videos.mp4(forms.film(order, Random(seed)))
