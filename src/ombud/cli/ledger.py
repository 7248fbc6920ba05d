"""`ombud ledger`: the accounts of a store with every posting, and the proof of all of them together."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any

import typer
from rich.console import Group, RenderableType
from rich.text import Text
from typer.core import TyperGroup

from ombud.actions import corrections
from ombud.cli import case_words, cells, say
from ombud.cli.grid import Cell, Heading, Line, flow, grid
from ombud.cli.say import _
from ombud.domain.case_texts import STEPS
from ombud.domain.instants import format_instant, parse_instant, refuse_no_time
from ombud.domain.money import format_amount
from ombud.store import books, database
from ombud.store.health import find_store
from ombud.store.ledger import Account, Entry, accounts, statement
from ombud.store.ledger_audit import Audit, Fault, audit
from ombud.store.models import Store
from ombud.words import ledger_faults

ACTOR = "ombud ledger"
_SHOWN = 200
_WIDE = 124


class _Ledger(TyperGroup):
    """`ombud ledger STORE` is `ombud ledger show STORE`; a store that is called like a command needs the latter."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        if args and args[0] not in self.commands and args[0] != "--help":
            args = ["show", *args]
        return super().parse_args(ctx, args)


app = typer.Typer(cls=_Ledger, no_args_is_help=True, pretty_exceptions_enable=False, add_completion=False)


@app.callback()
def _ledger() -> None:
    """The money of a store by account and posting, and the proof that all of it agrees."""


@app.command()
def show(
    store: Annotated[str, typer.Argument(metavar="STORE", help="Whose money.")],
    at: Annotated[str | None, typer.Option(metavar="INSTANT", help="As of this instant; default: now.")] = None,
    since: Annotated[str | None, typer.Option(metavar="INSTANT", help="Only postings after this instant.")] = None,
    limit: Annotated[
        int | None,
        typer.Option(min=1, help="How many postings at most, the latest; default: 200, and all of them with --json."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Print the accounts of a store, and every posting with its cause and what the store was owed after it."""
    instant = parse_instant(at) if at else datetime.now(UTC)
    start = parse_instant(since) if since else None
    if start is not None:
        refuse_no_time(start, instant)
    database.prepare()
    with database.spoken():
        one = find_store(store)
        found = accounts(instant, store_id=one.store_id)
        latest = limit if as_json else limit or _SHOWN
        entries, count = statement(one.store_id, instant, since=start, latest=latest)
        if as_json:
            say.print_json(_as_json(one, found, entries, count, instant))
        else:
            say.out.print(_page(one, found, entries, count, instant, say.out.width))


def _as_json(one: Store, found: list[Account], entries: list[Entry], count: int, at: datetime) -> dict[str, Any]:
    """Amounts in minor units. `owed_minor`: what disputes had done by then to what the store is owed."""
    return {
        "at": format_instant(at),
        "store_id": one.store_id,
        "accounts": [
            {"account": account.name, "currency": account.currency, "balance_minor": account.balance_minor}
            for account in found
        ],
        "postings": count,
        "statement": [
            {
                "posting_id": entry.posting_id,
                "at": format_instant(entry.at),
                "case_id": entry.case_id,
                "order_id": entry.order_id,
                "line": entry.line,
                "title": case_words.money_line(entry.line, entry.clause, books.kept(entry.rulebook_id)),
                "clause": entry.clause,
                "cause": {"kind": entry.kind, "seq": entry.seq},
                "debit": entry.debit,
                "credit": entry.credit,
                "currency": entry.currency,
                "amount_minor": entry.amount_minor,
                "owed_minor": entry.owed_minor,
            }
            for entry in entries
        ],
    }


def _page(
    one: Store, found: list[Account], entries: list[Entry], count: int, at: datetime, width: int
) -> RenderableType:
    head = Text(one.store_id, style="bold")
    head.append(f"   {one.site} · {one.platform}   {cells.minutes(at)} UTC", style="dim")
    if not count and not found:
        return Group(head, Text(_("Nothing has been posted."), style="dim"))
    parts: list[RenderableType] = [head]
    for currency in sorted({account.currency for account in found}):
        amounts = [
            Text(f"{_account(account.name, one, at)} {format_amount(account.balance_minor, currency)}")
            for account in found
            if account.currency == currency
        ]
        parts.append(flow(amounts, width))
    headings = [Heading(_("posted, UTC")), Heading(_("money line")), Heading(_("amount"), True)]
    headings.append(Heading(_("owed after it"), True))
    parts += [Text(), grid(headings, [_row(entry, width >= _WIDE) for entry in entries], width)]
    if count > len(entries):
        words = _("… and {count} earlier ones: --limit {all}")
        parts.append(Text(words.format(count=count - len(entries), all=count), style="dim"))
    return Group(*parts)


def _account(name: str, one: Store, at: datetime) -> str:
    book = books.in_use().get(one.platform)
    return case_words.account(name, book, at) if book else name


def _row(entry: Entry, wide: bool) -> list[Cell]:
    book = books.kept(entry.rulebook_id)
    way = " → ".join(case_words.account(name, book, entry.at) for name in (entry.debit, entry.credit))
    cause = f"#{entry.case_id} · {entry.seq} {_(STEPS.get(entry.kind, entry.kind))}"
    below = [f"{cause} · {entry.order_id} · {way} · {entry.clause}"] if wide else [cause, way]
    return [
        [
            Line(cells.minutes(entry.at)),
            Line(f"№ {entry.posting_id}", "dim"),
            *([] if wide else [Line(entry.order_id, "dim", "middle")]),
        ],
        [
            Line(case_words.money_line(entry.line, entry.clause, book), cut="end"),
            *(Line(words, "dim", "middle") for words in below),
        ],
        [Line(format_amount(entry.amount_minor, entry.currency))],
        [Line(format_amount(entry.owed_minor, entry.currency))],
    ]


@app.command()
def reverse(
    posting: Annotated[int, typer.Argument(metavar="POSTING", help="The number of the posting, without its sign.")],
    reason: Annotated[str, typer.Option(help="What was wrong, in a few words. It stays in the history.")],
    at: Annotated[str | None, typer.Option(metavar="INSTANT", help="When it is done; default: now.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Put right what a settlement charged: a posting the other way round. Nothing is ever changed or deleted."""
    instant = parse_instant(at) if at else datetime.now(UTC)
    database.prepare()
    done = corrections.reverse(posting, reason=reason, at=instant, actor=ACTOR)
    if as_json:
        say.print_json({"reversed": posting, "case_id": done[0].case_id, "postings": [one.pk for one in done]})
        return
    words = _("Posting № {posting} of case #{case} is reversed: {amount} from {debit} to {credit}.")
    with database.spoken():
        one = Store.objects.get(store_id=done[0].store_id)
        debit, credit = (_account(name, one, instant) for name in (done[0].debit, done[-1].credit))
    said = words.format(
        posting=posting,
        case=done[0].case_id,
        amount=format_amount(done[0].amount_minor, done[0].currency),
        debit=debit,
        credit=credit,
    )
    say.out.print(said)


@app.command("audit")
def audit_(
    first: Annotated[int, typer.Option(min=1, help="How many of each fault to name.")] = 5,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Prove the money of the whole store: holds, postings, settlements, history. Exit code 1: something differs."""
    database.prepare()
    with database.spoken():
        found = audit(first=first)
    if as_json:
        say.print_json(
            {
                "cases": found.cases,
                "postings": found.postings,
                "held_minor": found.held,
                "faults": found.counts,
                "first": [_fault_json(fault) for fault in found.first],
            }
        )
    else:
        say.out.print(_report(found, say.out.width))
    if found.counts:
        raise typer.Exit(1)


def _fault_json(fault: Fault) -> dict[str, Any]:
    return {
        "code": fault.code,
        "case_id": fault.case_id,
        "posting_id": fault.posting_id,
        "expected": fault.expected,
        "found": fault.found,
    }


def _report(found: Audit, width: int) -> RenderableType:
    held = " · ".join(format_amount(amount, currency) for currency, amount in found.held.items())
    looked = _("{cases} cases and {postings} postings; held: {held}").format(
        cases=say.number(found.cases), postings=say.number(found.postings), held=held or "0"
    )
    if not found.counts:
        agrees = _("Every hold, posting and settlement agrees with its case and its history.")
        return Group(Text(looked), Text(agrees, style="green"))
    parts: list[RenderableType] = [Text(looked)]
    for code, count in found.counts.items():
        parts.append(Text(f"\n{say.number(count)} × {_(ledger_faults.RULES[code])} ({code})", style="bold red"))
        rows = [_fault_row(fault) for fault in found.first if fault.code == code]
        headings = [Heading(_("case")), Heading(_("posting")), Heading(_("expected")), Heading(_("found"))]
        parts.append(grid(headings, rows, width))
    return Group(*parts)


def _fault_row(fault: Fault) -> list[Cell]:
    posting = "" if fault.posting_id is None else f"№ {fault.posting_id}"
    return [
        [Line(f"#{fault.case_id}")],
        [Line(posting)],
        [Line(fault.expected, cut="end")],
        [Line(fault.found, cut="end")],
    ]
