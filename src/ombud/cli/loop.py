"""`ombud migrate`, `ombud tick` and `ombud work`: the store set up, and everything that is due done."""

from __future__ import annotations

import json
import signal
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

import typer
from rich.text import Text

from ombud.cli import say
from ombud.cli.say import _
from ombud.domain.instants import format_instant, parse_instant, parse_span
from ombud.domain.money import format_amount
from ombud.domain.problems import N_, OmbudError, Problem
from ombud.domain.rulebook import Rulebook
from ombud.rulebooks import open_book
from ombud.store import database
from ombud.store.books import in_force
from ombud.work import loop
from ombud.work.loop import TickReport

_Rulebooks = Annotated[
    list[str] | None,
    typer.Option(
        "--rulebook",
        metavar="NAME|FILE",
        help="A shipped book or a file; default: those put in force on the pages, else all shipped ones.",
    ),
]
_READ = N_("orders read")
_Json = Annotated[bool, typer.Option("--json", help="For programs.")]


def migrate() -> None:
    """Set the store up, or bring it up to date. SQLite files do this by themselves."""
    steps = database.migrate()
    if steps:
        say.out.print(_("The store {store} is set up ({steps} steps).").format(store=database.name(), steps=steps))
    else:
        say.out.print(_("The store {store} is up to date.").format(store=database.name()))


def tick(
    at: Annotated[str, typer.Option("--at", metavar="INSTANT", help="Do what is due at this instant.")],
    rulebook: _Rulebooks = None,
    rules_at: Annotated[
        str | None,
        typer.Option(metavar="INSTANT", help="Apply the books as in force then, also to facts older than they are."),
    ] = None,
    as_json: _Json = False,
) -> None:
    """Do once what is due at a given instant: open cases, let rulings take effect, close windows, remind."""
    instant = parse_instant(at)
    rules = parse_instant(rules_at) if rules_at else None
    named = open_books(rulebook) if rulebook else None
    database.prepare()
    with database.spoken():
        books = named or in_force()
    with say.progress(_("Due by {at}").format(at=format_instant(instant))) as progress:
        report = loop.tick(instant, books=books, actor="ombud tick", rules_at=rules, progress=progress)
    _tell(report, as_json=as_json)
    _tell_unsealed(report.sealing.problem)


def work(
    once: Annotated[bool, typer.Option("--once", help="Do what is due now, and end.")] = False,
    every: Annotated[str, typer.Option(metavar="SPAN", help="Look for new facts at least this often.")] = "2s",
    rulebook: _Rulebooks = None,
    as_json: _Json = False,
) -> None:
    """Run the due loop: do what is due as its time comes, until SIGTERM or Ctrl-C."""
    pause = parse_span(every)
    named = open_books(rulebook) if rulebook else None
    database.prepare()
    if once:
        with database.spoken():
            books = named or in_force()
        report = loop.tick(datetime.now(UTC), books=books)
        _tell(report, as_json=as_json)
        _tell_unsealed(report.sealing.problem)
        return
    stopping = threading.Event()
    say.err.print(_("Working on {store}. Ctrl-C ends it after the batch in hand.").format(store=database.name()))

    def wait(span: timedelta) -> bool:
        return stopping.wait(span.total_seconds())

    unsealed: Problem | None = None

    def tell(what: TickReport | OmbudError) -> None:
        nonlocal unsealed
        if isinstance(what, OmbudError):
            say.fail(what)
            say.err.print(_("Trying again."))
            return
        _tell(what, as_json=as_json, lines=True)
        if what.sealing.problem != unsealed:  # told once, not at every tick until it is mended
            unsealed = what.sealing.problem
            _tell_unsealed(unsealed)

    with _stopped_by_signals(stopping):
        loop.run(books=named or in_force, clock=lambda: datetime.now(UTC), wait=wait, every=pause, tell=tell)
    say.err.print(_("Stopped."))


def open_books(names: list[str]) -> Mapping[str, Rulebook]:
    """The books of these names or files, by platform."""
    books: dict[str, Rulebook] = {}
    for name in names:
        book = open_book(name)
        if book.name in books:
            raise OmbudError(
                Problem(
                    "two_books",
                    N_("{first} and {second} are both rulebooks of {platform}."),
                    {"first": books[book.name].file, "second": book.file, "platform": book.name},
                    mend=N_("Name one of them."),
                )
            )
        books[book.name] = book
    return books


@contextmanager
def _stopped_by_signals(stopping: threading.Event) -> Iterator[None]:
    """The first SIGTERM or Ctrl-C asks to stop after the batch in hand; a second Ctrl-C interrupts that too."""

    def ask(number: int, frame: Any) -> None:
        del number, frame
        stopping.set()
        signal.signal(signal.SIGINT, signal.default_int_handler)

    before = {number: signal.signal(number, ask) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _tell(report: TickReport, *, as_json: bool, lines: bool = False) -> None:
    if as_json:
        typer.echo(json.dumps(_as_json(report), ensure_ascii=False, indent=None if lines else 2))
        return
    say.out.print(_sentence(report), soft_wrap=True)
    for platform, count in sorted(report.without_book.items()):
        say.err.print(
            _("{count} due orders of {platform} were not read: no rulebook of that name is loaded.").format(
                count=count, platform=platform
            )
        )


def _tell_unsealed(problem: Problem | None) -> None:
    if problem is not None:
        say.err.print(Text(_("Not sealed: {reason}").format(reason=problem.say(_))), soft_wrap=True)


def _sentence(report: TickReport) -> str:
    """What was read, then what was done, and of that only what there was; a word before each count needs no plural."""
    counts = [
        (_READ, report.checked),
        (N_("cases opened"), report.opened),
        (N_("routed"), report.routed),
        (N_("withdrawn"), report.withdrawn),
        (N_("ruled"), report.ruled),
        (N_("lost by the clock"), report.closed),
        (N_("settled"), report.settled),
        (N_("reminders"), report.reminded),
        (N_("files let go"), report.let_go),
    ]
    said = [f"{_(words)} {say.number(count)}" for words, count in counts if count or words == _READ]
    held = [format_amount(amount, currency) for currency, amount in sorted(report.held.items())]
    if held:
        said.append(_("held {amounts}").format(amounts=", ".join(held)))
    return f"{format_instant(report.at)}: {' · '.join(said)}"


def _as_json(report: TickReport) -> dict[str, Any]:
    """`held` in minor units by currency."""
    return {
        "at": format_instant(report.at),
        "checked": report.checked,
        "opened": report.opened,
        "routed": report.routed,
        "withdrawn": report.withdrawn,
        "ruled": report.ruled,
        "closed": report.closed,
        "settled": report.settled,
        "reminded": report.reminded,
        "let_go": report.let_go,
        "chained": report.sealing.chained,
        "checkpoint": report.sealing.checkpoint.checkpoint_id if report.sealing.checkpoint else None,
        "not_sealed": report.sealing.problem.code if report.sealing.problem else None,
        "held": dict(sorted(report.held.items())),
        "without_book": dict(sorted(report.without_book.items())),
    }
