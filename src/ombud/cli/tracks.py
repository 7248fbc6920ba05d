"""A track as a line in time with its gaps, and below it scan by scan."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import pairwise

from rich.console import RenderableType
from rich.padding import Padding
from rich.text import Text

from ombud.cli import cells
from ombud.cli.say import _
from ombud.store.case_file import Track
from ombud.store.models import Scan
from ombud.words import tracks
from ombud.words.tracks import title

__all__ = ["draw", "line", "title"]

_WIDEST = 60


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
        gap = Text(f"+{tracks.about(silence)}" if silence >= tracks.GAP else "", style="yellow")
        table.add_row(cells.minutes(scan.scanned_at), tracks.scan(scan), tracks.place(scan), gap)
        before = scan.scanned_at
    yield table
    if parcel.broken_by:
        yield Text(tracks.disagreement(parcel.broken_by), style="yellow")


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
        cells_[a:b] = ("╌" if end - start >= tracks.GAP else "─") * (b - a)
    for place, (_instant, mark) in zip(places, marks, strict=True):
        if cells_[place] != "×":
            cells_[place] = mark
    text = Text("".join(cells_))
    text.highlight_regex("×", "red")
    return text.append(f"  {tracks.about(last - first)}", style="dim")
