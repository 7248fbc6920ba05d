"""The evidence of one case: what is asked for, what lies ready, what the gate says, what became of the submissions."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.text import Text

from ombud.cli import case_story, case_words, cells, check_page, reasons, say
from ombud.cli.grid import flow, sentence, shortened
from ombud.cli.say import _
from ombud.documents.asked import asked as named_in
from ombud.documents.voice import Voice
from ombud.domain.countdown import clock_of
from ombud.domain.evidence import Piece, Reason
from ombud.domain.findings import plain_findings
from ombud.domain.gate import Verdict
from ombud.domain.instants import format_instant
from ombud.domain.judging import Judged
from ombud.domain.money import format_amount
from ombud.domain.problems import Problem
from ombud.domain.rulebook import Rulebook
from ombud.store import drafts
from ombud.store.asked import Asked
from ombud.store.models import Case, Ruling
from ombud.words import remarks
from ombud.words.ready import Ready
from ombud.words.ready import ready as ready_of
from ombud.words.remarks import Remark


@dataclass(frozen=True, slots=True)
class Page(Ready):
    """The same with the names that files should have."""

    names: Mapping[str, str]  # of a file, for each kind; empty where the book says nothing of names


def page(case: Case, at: datetime) -> Page:
    """The page as of now, with the gate as of `at`."""
    found = ready_of(case.case_id, at)
    names = {one.kind: one.file_name for one in named_in(found.file, found.book, Voice(say.language()))}
    return Page(**{one.name: getattr(found, one.name) for one in fields(found)}, names=names)


def draw(found: Page, width: int) -> RenderableType:
    """For a terminal of `width` columns."""
    parts = [*before(found, width)]
    if found.file.submissions:
        parts += [
            _section(_("Handed in")),
            *case_story.handed_in(found.file, found.book, width),
        ]
    return Group(*parts)


def before(found: Page, width: int) -> Iterator[RenderableType]:
    """What to know before anything is handed in."""
    case = found.file.case
    left, means = case_words.clock_lines(clock_of(found.file.standing), found.at)
    head = Text(f"#{case.case_id}  {case_words.title(case)} · ", style="bold")
    yield head.append(_("order {order}").format(order=case.order_id))
    yield Text(left.text, style=left.style).append(f"  {means.text}".rstrip(), style="dim")
    order = found.file.order
    if order.refunded_minor:
        words = _("{refunded} of {amount} were refunded to the buyer already.")
        refunded, amount = (
            format_amount(minor, order.currency) for minor in (order.refunded_minor, order.amount_minor)
        )
        yield sentence(words.format(refunded=refunded, amount=amount), width, "yellow")
    yield _section(_("What is asked for"))
    yield _asked(found)
    yield _section(_("What lies ready"))
    yield from ready(found, width)
    yield _section(_("What the gate says"))
    yield from against(found.verdict, found.book, width) if _has(found.verdict) else [_nothing(found)]


def _section(title: str) -> Text:
    return Text(f"\n{title}", style="bold")


def _asked(found: Page) -> RenderableType:
    if not found.asked:
        return cells.indented(_("The book asks for nothing."))
    table = cells.plain_table()
    lying = {piece.kind for piece in found.ready}
    for one in found.asked:
        words, style = _standing(one, found)
        table.add_row(Text(f"[{words}]", style=style), one.title.speak(say.language()), Text(one.kind, style="dim"))
        if found.names.get(one.kind) and one.kind not in lying and not found.takes_no_more:
            table.add_row("", Text(found.names[one.kind], style="dim"), "")
    return table


def _standing(one: Asked, found: Page) -> tuple[str, str]:
    """(words, style): whether it lies ready, else was handed in last, else is missing while that can be mended."""
    if one.kind in {piece.kind for piece in found.ready}:
        return _("ready"), "green"
    if found.file.submissions and one.kind in {piece.kind for piece in found.file.submissions[-1].pieces}:
        return _("handed in"), "dim"
    if not one.required:
        return _("may be added"), "dim"
    return _("missing"), "dim" if found.takes_no_more else "red"


def ready(found: Page, width: int, *, whole: bool = True) -> Iterator[RenderableType]:
    """What lies ready, with what would be refused or doubted of it, the worst first. whole: all of it, else counted
    with the worst of each."""
    if not found.ready:
        yield cells.indented(_("Nothing lies ready."))
    for piece, judged, told in found.told:
        parts = [piece.kind, piece.language, piece.format or "?", _("{size} bytes").format(size=say.number(piece.size))]
        if not piece.inspected:
            parts.append(_("not read yet"))
        said = " · ".join(part for part in parts if part)
        line = [Text(shortened(piece.name, 36)), Text(said, style="dim")]
        if counted := remarks.counts(told):
            line.append(Text(counted, style=check_page.SIGNS[remarks.worst(told)][1]))
        yield Padding(flow(line, width - 2, between="  "), (0, 0, 0, 2))
        if not whole and told and told[0].level != "fine":
            yield _under(check_page.titled(told[0]), width, "dim", deep=4)
        if whole and piece.inspected:
            yield Padding(Group(*check_page.told_of(told, width - 2)), (0, 0, 0, 2))
            yield from check_page.not_looked_at(judged, found.book, width, deep=4)


def _has(verdict: Verdict) -> bool:
    return bool(verdict.reasons or verdict.problems)


def _nothing(found: Page) -> RenderableType:
    if found.takes_no_more:
        return cells.indented(_("The case is closed: nothing is taken for it any more."))
    return cells.indented(_("Nothing against it.") if found.ready else _("There is nothing to look at."))


def against(verdict: Verdict, book: Rulebook, width: int) -> Iterator[RenderableType]:
    """What the gate has against it, each with how to mend it; what only weighs in the ruling is said to do so."""
    for reason in verdict.reasons:
        yield from told(reason, book, width, "red" if reason.severity == "gate" else "yellow")
    for problem in verdict.problems:
        yield _under(problem.say(_), width, "red")


def told(reason: Reason, book: Rulebook, width: int, style: str = "") -> Iterator[RenderableType]:
    """A reason with its code, its title and what it rests on, and under it how to mend it."""
    title, mend = reasons.title(reason, book), reasons.mend(reason, book)
    said = f"{reason.code}  {title}" if reason.fault and title != reason.code else title
    rests_on = ", ".join(reasons.basis(reason, book))
    yield _under(f"{said} ({rests_on})" if rests_on else said, width, style)
    if mend:
        yield _under(mend, width, "dim", deep=4)


def _under(text: str, width: int, style: str, *, deep: int = 2) -> RenderableType:
    return Padding(sentence(text, width - deep, style), (0, 0, 0, deep))


def _reasons(ruling: Ruling) -> list[Reason]:
    """Those that its record gives."""
    return [Reason(**reason) for reason in json.loads(ruling.record)["judgement"]["reasons"]]


def as_json(found: Page) -> dict[str, Any]:
    """For programs: instants in ISO 8601 UTC, money in minor units, sizes in bytes."""
    case, order = found.file.case, found.file.order
    there = {piece.kind for piece in found.ready}
    return {
        "at": format_instant(found.at),
        "case_id": case.case_id,
        "order_id": case.order_id,
        "store_id": case.store_id,
        "state": case.state,
        "due_at": format_instant(case.due_at) if case.due_at else None,
        "amount_minor": order.amount_minor,
        "refunded_minor": order.refunded_minor,
        "currency": order.currency,
        "asked": [
            {
                "kind": one.kind,
                "required": one.required,
                "title": one.title.speak(say.language()),
                "cite": one.cite,
                "file_name": found.names.get(one.kind) or None,
                "ready": one.kind in there,
            }
            for one in found.asked
        ],
        "ready": [ready_json(*one) for one in found.told],
        "missing": found.missing,
        "takes_no_more": found.takes_no_more,
        "gate": verdict_json(found.verdict, found.book),
        "submissions": [
            {
                "submission_id": one.submission.submission_id,
                "seq": one.submission.seq,
                "received_at": format_instant(one.submission.received_at),
                "actor": one.submission.actor,
                "pieces": [piece_json(drafts.piece_of(piece)) for piece in one.pieces],
                "rulings": [
                    {
                        "ruling_id": ruling.ruling_id,
                        "at": format_instant(ruling.at),
                        "outcome": ruling.outcome,
                        "decision": ruling.decision,
                        "reasons": reasons.as_json(_reasons(ruling), found.book),
                    }
                    for ruling in found.file.rulings
                    if ruling.submission_id == one.submission.submission_id
                ],
            }
            for one in found.file.submissions
        ],
    }


def ready_json(piece: Piece, judged: Judged, told: Sequence[Remark]) -> dict[str, Any]:
    """A piece that lies ready, with all that is said of it."""
    return {
        **piece_json(piece),
        "inspected": piece.inspected or None,
        "remarks": [remark.plain() for remark in told],
        "unseen": list(judged.unseen),
    }


def piece_json(piece: Piece) -> dict[str, Any]:
    """A piece, ready or handed in."""
    return {
        "name": piece.name,
        "kind": piece.kind,
        "language": piece.language or None,
        "sha256": piece.sha256,
        "size": piece.size,
        "format": piece.format or None,
        "stated": {name: format_instant(instant) for name, instant in piece.stated.items()},
        "findings": plain_findings(piece.findings),
    }


def verdict_json(verdict: Verdict, book: Rulebook) -> dict[str, Any]:
    """What the gate says."""
    return {
        "refused": verdict.refused,
        "reasons": reasons.as_json(verdict.reasons, book),
        "problems": [_problem_json(problem) for problem in verdict.problems],
    }


def _problem_json(problem: Problem) -> dict[str, Any]:
    return {"code": problem.code, "text": problem.say(_)}
