"""`ombud review`: the reviewer's queue, what takes effect first on top."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any

import typer
from rich.console import Group, RenderableType
from rich.text import Text

from ombud.cli import case_words, cells, reasons, say
from ombud.cli.cases import check_platform
from ombud.cli.grid import Cell, Heading, Line, grid
from ombud.cli.say import _
from ombud.domain.countdown import countdown
from ombud.domain.instants import format_instant, parse_instant
from ombud.domain.money import format_amount
from ombud.domain.problems import N_
from ombud.domain.ruling_weights import WEIGHS
from ombud.store import books, database
from ombud.store.health import find_store
from ombud.store.models import Proposal
from ombud.store.reviews import standing_proposals
from ombud.store.rulings import Waiting, reasons_of, under_review

_SHOWN = 2
"""Of the strongest reasons of each case."""


def review(
    store: Annotated[str | None, typer.Option(help="Only this store.")] = None,
    platform: Annotated[str | None, typer.Option(help="Only stores of this platform: ozon, shopify, ...")] = None,
    at: Annotated[str | None, typer.Option(metavar="INSTANT", help="As of this instant; default: now.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="How many at most.")] = 50,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """List the cases under review, with what is recommended and why."""
    instant = parse_instant(at) if at else datetime.now(UTC)
    database.prepare()
    with database.spoken():
        if store is not None:
            find_store(store)
        if platform is not None:
            check_platform(platform)
        found = under_review(instant, store_id=store, platform=platform, limit=limit + 1)
        waiting, more = found[:limit], len(found) > limit
        said = standing_proposals(one.case.case_id for one in waiting)
        if as_json:
            cases = [_as_json(one, instant, said.get(one.case.case_id)) for one in waiting]
            say.print_json({"at": format_instant(instant), "more": more, "cases": cases})
        else:
            say.out.print(draw(waiting, instant, say.out.width, more=more, said=said))


def draw(
    waiting: list[Waiting], at: datetime, width: int, *, more: bool, said: Mapping[int, Proposal]
) -> RenderableType:
    """The table for a terminal of `width` columns. said: by case, what a reviewer proposed."""
    if not waiting:
        return Text(_("No case is under review."), style="dim")
    headings = [Heading(_(words)) for words in (_WHEN, _CASE, _RECOMMENDED)]
    table = grid(headings, [_row(one, at, said.get(one.case.case_id)) for one in waiting], width)
    words = _("… and more: --limit {limit}").format(limit=2 * len(waiting))
    return Group(table, *([Text(words, style="dim")] if more else []))


_WHEN, _CASE, _RECOMMENDED = N_("takes effect"), N_("case"), N_("recommended, and why")


def _row(one: Waiting, at: datetime, proposal: Proposal | None) -> list[Cell]:
    case = one.case
    when = [Line(_("when ruled"), "dim")]
    if case.rule_at is not None:
        left = countdown(case.rule_at, at)
        when = [Line(left.say(_)), Line(cells.minutes(case.rule_at), "dim")]
    what = [
        Line(f"#{case.case_id} {case_words.title(case)}", cut="end"),
        Line(f"{case.order_id} · {case.store_id}", "dim", "middle"),
        Line(format_amount(case.held_minor, case.currency)),
    ]
    why = _why(one)
    if proposal is not None:
        words = _("{actor} proposes: {outcome}")
        why.insert(1, Line(words.format(actor=proposal.actor, outcome=case_words.state(proposal.outcome)), cut="end"))
    return [when, what, why]


def _why(one: Waiting) -> list[Line]:
    case = one.case
    if case.recommended is None or one.ruling is None:
        return [Line(_("nothing: opened again"), "dim", "end")]
    lines = [Line(f"{case_words.state(case.recommended)}, {_by_whom(one)}", cut="end")]
    book = books.kept(case.rulebook_id)
    told = reasons_of(one.ruling)
    weighty = [reason for reason in told if reason.severity != WEIGHS] or list(told)
    lines += [Line(reasons.named(reason, book), "dim", "end") for reason in weighty[:_SHOWN]]
    if len(weighty) > _SHOWN:
        lines.append(Line(_("… and {count} more").format(count=len(weighty) - _SHOWN), "dim", "end"))
    return lines


def _by_whom(one: Waiting) -> str:
    if one.ruling is not None and one.by_person:
        return _("ruled by {actor}").format(actor=one.ruling.actor)
    decided = one.ruling is not None and one.ruling.decision == "decided"
    return _("by hard reasons") if decided else _("for a person")


def _as_json(one: Waiting, at: datetime, proposal: Proposal | None) -> dict[str, Any]:
    case, ruling = one.case, one.ruling
    return {
        "case_id": case.case_id,
        "order_id": case.order_id,
        "store_id": case.store_id,
        "platform": case.platform,
        "violation": case.violation,
        "title": case_words.title(case),
        "submitted_at": format_instant(case.submitted_at) if case.submitted_at else None,
        "rule_at": format_instant(case.rule_at) if case.rule_at else None,
        "left_seconds": int((case.rule_at - at).total_seconds() // 1) if case.rule_at else None,
        "recommended": case.recommended,
        "decision": ruling.decision if ruling else None,
        "ruling_id": ruling.ruling_id if ruling else None,
        "proposed": {"actor": proposal.actor, "outcome": proposal.outcome} if proposal else None,
        "reasons": reasons.as_json(reasons_of(ruling), books.kept(case.rulebook_id)) if ruling else [],
        "held_minor": case.held_minor,
        "currency": case.currency,
    }
