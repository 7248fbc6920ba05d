"""`ombud rule`, the reviewer's word, and `ombud ruling`, what a ruling rests on and the proof of it."""

from __future__ import annotations

import getpass
import json
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, Any

import typer
from rich.console import Group, RenderableType
from rich.text import Text

from ombud.actions.appeals import reopen
from ombud.actions.reviews import Reviewed, confirm, overrule
from ombud.cli import case_words, cells, reasons, say
from ombud.cli.grid import sentence
from ombud.cli.say import _
from ombud.cli.the_case import the_case
from ombud.domain.cases import State
from ombud.domain.instants import format_instant, parse_instant
from ombud.domain.money import format_amount
from ombud.domain.problems import N_, OmbudError, Problem
from ombud.store import books, database
from ombud.store.models import Case, Ruling
from ombud.store.rulings import Replayed, prove, reasons_of, rulings_of

_DIFFERS = 1


class Side(StrEnum):
    """For whom a case is ruled."""

    SELLER = "seller"
    BUYER = "buyer"


_OUTCOMES = {Side.SELLER: State.WON, Side.BUYER: State.REJECTED}
_Name = Annotated[str, typer.Argument(metavar="ID", help="The number of a case, or the id of its order.")]
_Json = Annotated[bool, typer.Option("--json", help="For programs.")]


def rule(
    name: _Name,
    confirmed: Annotated[bool, typer.Option("--confirm", help="As recommended.")] = False,
    side: Annotated[Side | None, typer.Option("--for", help="Whatever is recommended; needs a reason.")] = None,
    again: Annotated[
        bool, typer.Option("--reopen", help="Review a case again that was lost, where its book knows an appeal.")
    ] = False,
    reason: Annotated[str, typer.Option(metavar="TEXT", help="Why, in your own words.")] = "",
    at: Annotated[str | None, typer.Option(metavar="INSTANT", help="When it was ruled; default: now.")] = None,
    as_json: _Json = False,
) -> None:
    """Rule on a case under review. Before the least of the review window it is recorded and takes effect with it."""
    instant = parse_instant(at) if at else datetime.now(UTC)
    if confirmed + (side is not None) + again != 1:
        raise OmbudError(
            Problem(
                "one_ruling",
                N_("A ruling is one of --confirm, --for seller, --for buyer and --reopen."),
                mend=N_("Say one of them."),
            )
        )
    database.prepare()
    with database.spoken():
        case, actor, in_use = the_case(name, None), getpass.getuser(), books.in_use()
        if again:
            moved = reopen(case.case_id, reason, at=instant, actor=actor, books=in_use)
            _tell_reopened(moved.case, moved.at, as_json=as_json)
            return
        if side is None:
            reviewed = confirm(case.case_id, at=instant, actor=actor, books=in_use, reason=reason)
        else:
            reviewed = overrule(case.case_id, _OUTCOMES[side], reason, at=instant, actor=actor, books=in_use)
        _tell(reviewed, as_json=as_json)


def _tell_reopened(case: Case, at: datetime, *, as_json: bool) -> None:
    if as_json:
        say.print_json({"case_id": case.case_id, "state": case.state, "at": format_instant(at)})
        return
    words = _("Case {case} is under review again since {at} UTC; what was charged is held again.")
    say.out.print(words.format(case=f"#{case.case_id}", at=cells.minutes(at)), soft_wrap=True)


def _tell(reviewed: Reviewed, *, as_json: bool) -> None:
    case, ruling = reviewed.case, reviewed.ruling
    if ruling is None or reviewed.takes_effect_at is None:
        _tell_proposed(reviewed, as_json=as_json)
        return
    if as_json:
        say.print_json(
            {
                "case_id": case.case_id,
                "ruling_id": ruling.ruling_id,
                "decision": ruling.decision,
                "outcome": ruling.outcome,
                "in_effect": reviewed.in_effect,
                "takes_effect_at": format_instant(reviewed.takes_effect_at),
                "state": case.state,
            }
        )
        return
    words = _("Ruled, {outcome}: case {case} is {state} since {at} UTC.")
    if not reviewed.in_effect:
        words = _("Ruled, {outcome}: it takes effect in case {case} at {at} UTC, and is not changed until then.")
    said = words.format(
        outcome=case_words.state(ruling.outcome),
        case=f"#{case.case_id}",
        state=case_words.state(case.state),
        at=cells.minutes(reviewed.takes_effect_at),
    )
    say.out.print(said, soft_wrap=True)


def _tell_proposed(reviewed: Reviewed, *, as_json: bool) -> None:
    case, proposal = reviewed.case, reviewed.proposal
    outcome = proposal.outcome if proposal else ""
    if as_json:
        row = {"case_id": case.case_id, "ruling_id": None, "decision": "proposed", "outcome": outcome}
        say.print_json({**row, "in_effect": False, "takes_effect_at": None, "state": case.state})
        return
    words = _("Proposed, {outcome}: {amount} is held in case {case}, so another reviewer must say the same.")
    held = format_amount(case.held_minor, case.currency)
    said = words.format(outcome=case_words.state(outcome), case=f"#{case.case_id}", amount=held)
    say.out.print(said, soft_wrap=True)


def ruling(
    name: _Name,
    replay: Annotated[
        bool, typer.Option("--replay", help="Make each ruling again from its record and compare it byte for byte.")
    ] = False,
    as_json: _Json = False,
) -> None:
    """Show the rulings of a case: what was decided, by whom, for which reasons, and how to mend them."""
    database.prepare()
    with database.spoken():
        case = the_case(name, None)
        found = rulings_of(case.case_id)
        if not found:
            raise OmbudError(
                Problem(
                    "no_ruling",
                    N_("There is no ruling on case {case} yet."),
                    {"case": f"#{case.case_id}"},
                    mend=N_("One is recommended as soon as evidence is handed in."),
                )
            )
        proofs = [prove(one) for one in found] if replay else []
        if as_json:
            say.print_json(_as_json(case, found, proofs))
        elif replay:
            say.out.print(Group(*(_proof(*pair) for pair in zip(found, proofs, strict=True))), soft_wrap=True)
        else:
            say.out.print(Group(*(_draw(case, one, say.out.width) for one in found)))
    if any(not proof.proved for proof in proofs):
        raise typer.Exit(_DIFFERS)


_DECISIONS = {
    "decided": N_("{outcome}, by hard reasons"),
    "for_person": N_("{outcome} is recommended to a reviewer"),
    "confirmed": N_("{outcome}, confirmed by {actor}"),
    "overruled": N_("{outcome}, ruled by {actor} against what was recommended"),
}


def _head(one: Ruling) -> str:
    words = _(_DECISIONS.get(one.decision, "{outcome}"))
    return words.format(outcome=case_words.state(one.outcome), actor=one.actor)


def _draw(case: Case, one: Ruling, width: int) -> RenderableType:
    book = books.kept(case.rulebook_id)
    at = f"{cells.minutes(one.at)} UTC · {cells.in_zone(one.at, case.store.timezone)}"
    parts: list[RenderableType] = [
        Text(f"#{case.case_id}.{one.seq}  {_head(one)}", style="bold"),
        Text(f"{at} · {case_words.title(case)} · {case.order_id}", style="dim"),
    ]
    if one.reason:
        parts.append(sentence(f"“{one.reason}”", width))
    if one.decision in ("decided", "for_person"):
        found = reasons_of(one)
        parts += list(reasons.draw(found, book, width)) or [cells.indented(_("Nothing against it."))]
    parts.append(Text(f"\nSHA-256 {one.digest}\n", style="dim"))
    return Group(*parts)


def _proof(one: Ruling, proof: Replayed) -> RenderableType:
    name = f"#{one.case_id}.{one.seq}  {_head(one)}"
    if proof.proved:
        return Text(_("{ruling}: made again from its record, the same to the byte.").format(ruling=name))
    if proof.difference is None:
        words = _("{ruling}: the record is not the one whose SHA-256 was kept.")
        return Text(words.format(ruling=name), style="red")
    path, recorded, made = proof.difference
    words = _("{ruling}: made again, {path} is {made}, and the record has {recorded}.")
    return Text(words.format(ruling=name, path=path, made=made, recorded=recorded), style="red")


def _as_json(case: Case, found: list[Ruling], proofs: list[Replayed]) -> dict[str, Any]:
    book = books.kept(case.rulebook_id)
    rows = []
    for index, one in enumerate(found):
        row = {
            "ruling_id": one.ruling_id,
            "seq": one.seq,
            "at": format_instant(one.at),
            "outcome": one.outcome,
            "decision": one.decision,
            "actor": one.actor,
            "reason": one.reason or None,
            "reasons": reasons.as_json(reasons_of(one), book),
            "digest": one.digest,
            "record": json.loads(one.record),
        }
        if proofs:
            difference = proofs[index].difference
            row["proved"] = proofs[index].proved
            row["difference"] = (
                None if difference is None else dict(zip(("path", "recorded", "made"), difference, strict=True))
            )
        rows.append(row)
    return {"case_id": case.case_id, "state": case.state, "rulings": rows}
