"""`ombud submit`: hands in what lies ready, after it has shown what is missing and has been told to go on."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from typing import Annotated, Any

import typer
from rich.console import Group

from ombud.actions.submissions import Answer
from ombud.actions.submissions import submit as hand_in
from ombud.cli import case_words, cells, evidence_page, inspecting, reasons, say
from ombud.cli.evidence_page import Page
from ombud.cli.say import _
from ombud.cli.the_case import the_case
from ombud.domain.cases import State
from ombud.domain.instants import format_instant, parse_instant
from ombud.domain.problems import N_, OmbudError, Problem
from ombud.store import books, database

ACTOR = "ombud submit"
_REFUSED = 2


def submit(
    name: Annotated[str, typer.Argument(metavar="ID", help="The number of a case, or the id of its order.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    at: Annotated[
        str | None, typer.Option(metavar="INSTANT", help="When the server had all of it; default: now.")
    ] = None,
    store: Annotated[str | None, typer.Option(help="Only where the case is of this store.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Hand in what lies ready. What the gate refuses spends nothing."""
    instant = parse_instant(at) if at else datetime.now(UTC)
    if not yes:
        _refuse_nobody(as_json=as_json)
    database.prepare()
    with database.spoken():
        case = the_case(name, store)
        inspecting.read_ready(case, instant)
        page = evidence_page.page(case, instant)
        if not yes:
            _ask(page)
            instant = instant if at else datetime.now(UTC)  # asking took time
        answer = hand_in(case.case_id, at=instant, actor=ACTOR, books=books.in_use(), store_id=store)
        if as_json:
            say.print_json(_as_json(answer, page))
        else:
            _tell(answer, page)
    if answer.submission is None:
        raise typer.Exit(_REFUSED)


def _refuse_nobody(*, as_json: bool) -> None:
    if as_json or not sys.stdin.isatty():
        raise OmbudError(
            Problem(
                "not_confirmed",
                N_("Handing in asks first, and there is nobody to ask."),
                mend=N_("Look at it with `ombud evidence list`, then say --yes."),
            )
        )


def _ask(page: Page) -> None:
    say.err.print(Group(*evidence_page.before(page, say.err.width)))
    if page.missing:
        words = _("Missing: {kinds}. What is missing can decide the case.")
        titles = {one.kind: one.title.speak(say.language()) for one in page.asked}
        say.err.print(f"\n{words.format(kinds=', '.join(titles[kind] for kind in page.missing))}", style="red")
    if page.counts:
        say.err.print(_("Of what lies ready: {counts}.").format(counts=page.counts), style="red")
    say.err.print()
    typer.confirm(_("Hand it in?"), abort=True, err=True)


def _tell(answer: Answer, page: Page) -> None:
    case, book, width = answer.case, page.book, say.out.width
    if answer.submission is None:
        words = N_("Refused at the gate. Nothing is spent, and what lies ready stays.")
        if answer.verdict.takes_no_more:
            words = N_("Nothing was taken and nothing written; what lies ready stays.")
        say.err.print(_(words), style="bold")
        say.err.print(Group(*evidence_page.against(answer.verdict, book, say.err.width)))
        return
    said = _("Handed in at {at} UTC: submission {seq} of case #{case}, {state}.").format(
        at=cells.minutes(answer.submission.received_at),
        seq=answer.submission.seq,
        case=case.case_id,
        state=case_words.state(case.state),
    )
    say.out.print(said, soft_wrap=True)
    if answer.recommendation is None:
        return
    if case.state == State.UNDER_REVIEW:
        words = N_("Recommended: {state}.")
        if case.rule_at is not None:
            words = N_("Recommended: {state}. It takes effect at {at} UTC if nobody rules otherwise.")
        at = cells.minutes(case.rule_at) if case.rule_at else ""
        said = _(words).format(state=case_words.state(answer.recommendation.outcome), at=at)
        say.out.print(said, soft_wrap=True)
    for reason in answer.recommendation.reasons:
        say.out.print(Group(*evidence_page.told(reason, book, width)))


def _as_json(answer: Answer, page: Page) -> dict[str, Any]:
    found, submission = answer.recommendation, answer.submission
    return {
        "taken": submission is not None,
        "case_id": answer.case.case_id,
        "state": answer.case.state,
        "platform_status": answer.case.platform_status,
        "missing": page.missing,
        "gate": evidence_page.verdict_json(answer.verdict, page.book),
        "submission": submission
        and {
            "submission_id": submission.submission_id,
            "seq": submission.seq,
            "received_at": format_instant(submission.received_at),
        },
        "recommendation": found
        and {
            "ruling_id": found.ruling_id,
            "outcome": str(found.outcome),
            "decided": found.decided,
            "rule_at": format_instant(found.rule_at) if found.rule_at else None,
            "reasons": reasons.as_json(found.reasons, page.book),
        },
    }
