"""What happened to a case, in words: its timeline, what was handed in and why it did not count, its history."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from operator import itemgetter

from rich.console import RenderableType
from rich.padding import Padding
from rich.text import Text

from ombud.cli import cells, reasons
from ombud.cli.grid import sentence, shortened
from ombud.cli.say import _
from ombud.domain.countdown import Clock
from ombud.domain.evidence import Reason
from ombud.domain.instants import parse_instant
from ombud.domain.problems import N_
from ombud.domain.rulebook import Rulebook
from ombud.store import drafts
from ombud.store.case_file import CaseFile
from ombud.store.models import Piece, Ruling
from ombud.words import next_steps, story


def to_mend(file: CaseFile, book: Rulebook, width: int) -> Iterator[RenderableType]:
    """Why the last try did not count, reason by reason, with how to mend it."""
    for title, mend in next_steps.to_mend(file, book):
        yield _under(title, width)
        if mend:
            yield _under(mend, width, 4, "dim")


def _under(text: str, width: int, deep: int = 2, style: str = "") -> RenderableType:
    return Padding(sentence(text, width - deep, style), (0, 0, 0, deep))


def handed_in(file: CaseFile, book: Rulebook, width: int) -> Iterator[RenderableType]:
    """Every submission with its pieces, and the rulings on it with their reasons, the strongest first."""
    for one in file.submissions:
        words = _("{at} UTC by {actor}")
        head = words.format(at=cells.minutes(one.submission.received_at), actor=one.submission.actor)
        yield _under(f"{one.submission.seq}  {head}", width)
        table = cells.plain_table()
        for piece in one.pieces:
            table.add_row(
                story.kind(piece.kind, book, file.case.opened_at), shortened(piece.name, 32), _findings(piece)
            )
        yield Padding(table, (0, 0, 0, 5))
        for ruling in file.rulings:
            if ruling.submission_id == one.submission.submission_id:
                yield from _ruled(ruling, book, width)


def _ruled(ruling: Ruling, book: Rulebook, width: int) -> Iterator[RenderableType]:
    said = story.decision(ruling)
    why = f": {ruling.reason}" if ruling.reason else ""
    yield _under(f"{cells.minutes(ruling.at)}  {said}{why}", width, 5)
    if ruling.decision in {
        "decided",
        "for_person",
    }:  # a person's ruling has the reasons of what it confirms or overrules
        for one in json.loads(ruling.record).get("judgement", {}).get("reasons", ()):
            reason = Reason(**one)
            rests_on = f" ({reason.rests_on})" if reason.rests_on else ""
            yield _under(f"{reasons.named(reason, book)}{rests_on}", width, 7, "dim")


def _findings(piece: Piece) -> Text:
    """How many of its checks say what."""
    counts = {words: sum(one.get("outcome") == outcome for one in piece.findings) for outcome, words in _FOUND}
    said = " · ".join(f"{_(words)} {count}" for words, count in counts.items() if count)
    return Text(said, style="dim")


_FOUND = (("failed", N_("failed")), ("unsure", N_("unsure")), ("passed", N_("passed")))


def timeline(file: CaseFile, book: Rulebook, clock: Clock, at: datetime) -> RenderableType:
    """What happened to the order and its case by `at`, and what is ahead of them, the earliest first."""
    happened = [(instant, words, False) for instant, words in story.instants(file, book, _short) if instant <= at]
    ahead = [(instant, words, True) for instant, words in story.ahead(file, book, clock) if instant > at]
    table = cells.plain_table()
    for instant, words, is_ahead in sorted(happened + ahead, key=lambda row: row[0]):
        style = "dim" if is_ahead else ""
        table.add_row(
            Text(cells.minutes(instant), style=style),
            Text(cells.in_zone(instant, file.store.timezone), style="dim"),
            Text(_("{words} (ahead)").format(words=words) if is_ahead else words, style=style),
        )
    return table


def history(file: CaseFile, book: Rulebook, at: datetime) -> RenderableType:
    """The steps as they are kept: number, instant, what, by whom; between them what was done with the draft."""
    rows = []
    for event in file.events:
        said = story.told(event, file, book)
        if clock := event.data.get("clock"):
            said += " · " + _("the clock showed {at}").format(at=cells.minutes(parse_instant(clock)))
        rows.append((event.at, str(event.seq), said, event.actor))
    rows += [(step.at, "", story.drafted(step), step.actor) for step in drafts.draft_steps(file.case.case_id, at)]
    table = cells.plain_table()
    for instant, seq, said, actor in sorted(rows, key=itemgetter(0)):
        table.add_row(seq, cells.minutes(instant), said, Text(actor, style="dim"))
    return table


def _short(number: str) -> str:
    return shortened(number, 16)
