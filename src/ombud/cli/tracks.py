"""A track as a line in time with its gaps, and below it scan by scan."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import pairwise

from rich.console import RenderableType
from rich.padding import Padding
from rich.text import Text

from ombud.cli import cells
from ombud.cli.say import _
from ombud.domain.problems import N_
from ombud.store.case_file import Track
from ombud.store.models import Scan

_WIDEST = 60
_GAP = timedelta(hours=48)
"""From here on a silence between two marks is drawn as a gap. It is a matter of drawing: no book says it."""

_CODES = {
    "label_created": N_("label created"),
    "picked_up": N_("picked up"),
    "in_transit": N_("in transit"),
    "customs": N_("customs"),
    "out_for_delivery": N_("out for delivery"),
    "delivered": N_("delivered"),
    "failed_attempt": N_("failed attempt"),
    "returned": N_("returned"),
    "exception": N_("exception"),
}
_RULES = {
    "order_of_codes": N_("they come in an order that no parcel takes"),
    "travel_speed": N_("no parcel travels that fast"),
    "source_network": N_("one was sent from a network that is not the carrier's"),
}


def title(track: Track) -> str:
    """The carrier and the number."""
    return _("Track {carrier} {number}").format(carrier=track.parcel.carrier, number=track.parcel.tracking_number)


def draw(track: Track, fires_at: datetime | None, width: int) -> Iterator[RenderableType]:
    """The line of the track, `fires_at` marked where it is given, and its scans."""
    parcel, scans = track.parcel, track.scans
    yield Padding(line(parcel.registered_at, scans, fires_at, parcel.broken_at, min(width, _WIDEST)), (0, 0, 0, 2))
    if not scans:
        yield cells.indented(_("No scan at all."))
        return
    table = cells.plain_table()
    before: datetime | None = None
    for scan in scans:
        silence = scan.scanned_at - before if before is not None else timedelta()
        place = ", ".join(part for part in (scan.city, scan.country) if part)
        words = _(_CODES.get(scan.code, scan.code)) + (f" · {scan.signed_by}" if scan.signed_by else "")
        gap = Text(f"+{_about(silence)}" if silence >= _GAP else "", style="yellow")
        table.add_row(cells.minutes(scan.scanned_at), words, place, gap)
        before = scan.scanned_at
    yield table
    if parcel.broken_by:
        yield Text(_("Two scans disagree: {rule}").format(rule=_rule(parcel.broken_by)), style="yellow")


def line(
    registered_at: datetime, scans: Sequence[Scan], fires_at: datetime | None, broken_at: datetime | None, width: int
) -> Text:
    """`o` the number put on the order, `●` scans, `○` labels, `×` what fired or broke it; long silences are dashed.

    Marks too near to be told apart share a cell, and there the `×` is what shows.
    """
    marks = [(registered_at, "o")]
    marks += [(scan.scanned_at, "○" if scan.code == "label_created" else "●") for scan in scans]
    marks += [(instant, "×") for instant in (fires_at, broken_at) if instant is not None]
    marks.sort(key=lambda mark: mark[0])
    first, last = marks[0][0], marks[-1][0]
    span = (last - first) or timedelta(seconds=1)
    places = [int((instant - first) / span * (width - 1)) for instant, _mark in marks]
    cells_ = [" "] * (places[-1] + 1)
    for ((start, _a), a), ((end, _b), b) in pairwise(zip(marks, places, strict=True)):
        cells_[a:b] = ("╌" if end - start >= _GAP else "─") * (b - a)
    for place, (_instant, mark) in zip(places, marks, strict=True):
        if cells_[place] != "×":
            cells_[place] = mark
    text = Text("".join(cells_))
    text.highlight_regex("×", "red")
    return text.append(f"  {_about(last - first)}", style="dim")


def _about(span: timedelta) -> str:
    step = timedelta(hours=1) if span >= timedelta(hours=1) else timedelta(minutes=1)
    return cells.span(span // step * step)


def _rule(broken_by: str) -> str:
    found = json.loads(broken_by)
    rule = str(found.get("rule", broken_by)) if isinstance(found, dict) else broken_by
    return _(_RULES.get(rule, rule))
