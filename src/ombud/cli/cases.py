"""`ombud cases`, the queue of all stores of all platforms, and `ombud case`, the door to one of them."""

from __future__ import annotations

import difflib
import time
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

import typer
from rich.console import Group, RenderableType
from rich.live import Live
from rich.text import Text

from ombud.cli import case_words, cells, say
from ombud.cli.case_words import AWAITED
from ombud.cli.grid import Cell, Heading, Line, flow, grid
from ombud.cli.say import _
from ombud.domain.cases import ENDS, State
from ombud.domain.countdown import WORDS, Urgency
from ombud.domain.instants import format_instant, parse_instant, parse_span
from ombud.domain.money import format_amount
from ombud.domain.problems import N_, OmbudError, Problem
from ombud.store import books, case_file, database, queue, queue_load
from ombud.store.health import find_store
from ombud.store.queue import OPEN_STATES, QueuedCase, Wanted
from ombud.store.queue_load import Load

_SECONDS_BETWEEN_READS = 5
_WIDE = 124  # from here on a case is one line
_NARROW = 78  # below it, three lines


def cases(
    store: Annotated[str | None, typer.Option(help="Only this store.")] = None,
    platform: Annotated[str | None, typer.Option(help="Only stores of this platform: ozon, shopify, ...")] = None,
    violation: Annotated[str | None, typer.Option(help="Only this violation: no_first_scan, ...")] = None,
    state: Annotated[
        str | None, typer.Option(help="Only this state: open (the default), opened, under_review, lost, ...")
    ] = None,
    route: Annotated[str | None, typer.Option(help="Only what this place decides: chargeback, paypal, ...")] = None,
    due_within: Annotated[str | None, typer.Option(metavar="SPAN", help="Only what is due within 6h, 2d, ...")] = None,
    at: Annotated[str | None, typer.Option(metavar="INSTANT", help="As of this instant; default: now.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="How many at most.")] = 50,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
    watch: Annotated[bool, typer.Option("--watch", help="Stay, with the clocks running, until Ctrl-C.")] = False,
) -> None:
    """List the open cases, what runs out first on top."""
    began = time.monotonic()
    start = parse_instant(at) if at else datetime.now(UTC)
    wanted = Wanted(store, platform, violation, state, parse_span(due_within) if due_within else None, route)
    database.prepare()
    with database.spoken():
        _check(wanted)
        page = Page(start, wanted, limit)
        if as_json:
            say.print_json(page.as_json())
        elif not watch:
            say.out.print(page.draw(start, say.out.width))
        else:
            watch_queue(page, start, gone=lambda: time.monotonic() - began, wait=time.sleep)


def watch_queue(page: Page, start: datetime, *, gone: Callable[[], float], wait: Callable[[float], object]) -> None:
    """Draws the page each second and reads it anew every few, until Ctrl-C; `gone`: seconds since `start`."""
    read_at = 0.0
    with Live(console=say.out, auto_refresh=False, screen=say.out.is_terminal) as live:
        try:
            while True:
                seconds = gone()
                now = start + timedelta(seconds=seconds)
                if seconds - read_at >= _SECONDS_BETWEEN_READS:
                    page, read_at = Page(now, page.wanted, page.limit), seconds
                live.update(page.draw(now, say.out.width), refresh=True)
                wait(1 - seconds % 1)
        except KeyboardInterrupt:
            return


class Page:
    """The first cases of the queue as read at one instant; drawn again each second with its clocks further on."""

    def __init__(self, at: datetime, wanted: Wanted, limit: int) -> None:
        self.at = at
        self.wanted = wanted
        self.limit = limit
        self.load: Load = queue_load.load(at, wanted)
        self.cases: list[QueuedCase] = queue.queue(at, wanted, limit=limit)

    def as_json(self) -> dict[str, Any]:
        """Instants in ISO 8601 UTC, money in minor units, `left_seconds` negative once it is too late.

        `open`: the cases that somebody can still lose, by urgency; `waiting`: the other open ones.
        """
        return {
            "at": format_instant(self.at),
            "open": {str(urgency): count for urgency, count in self.load.by_urgency.items()},
            "waiting": {str(awaits): count for awaits, count in self.load.waiting.items()},
            "held_minor": self.load.held,
            "cases": [_case_json(case, self.at) for case in self.cases],
        }

    def draw(self, now: datetime, width: int) -> RenderableType:
        """The header with the counts, and the table for a terminal of that many columns."""
        if not self.cases:
            return Group(_header(self.load, width), Text(_nothing(self.wanted), style="dim"))
        lines = 1 if width >= _WIDE else 2 if width >= _NARROW else 3
        headings = [Heading(_(words), right=words == _HELD) for words in _HEADINGS[lines]]
        table = grid(headings, [_CELLS[lines](case, now) for case in self.cases], width)
        more = self.load.total - len(self.cases) if self.wanted.state in (None, OPEN_STATES) else 0
        tail = [Text(_("… and {count} more: --limit {all}").format(count=more, all=self.load.total), style="dim")]
        return Group(_header(self.load, width), table, *(tail if more > 0 else []))


def _header(load: Load, width: int) -> Text:
    shown = {Urgency.UNDER_AN_HOUR, Urgency.DUE_TODAY, Urgency.THIS_WEEK}
    counts = [
        Text(f"{_(WORDS[urgency])} {count}", style=cells.COLOURS[urgency] if count else "dim")
        for urgency, count in load.by_urgency.items()
        if count or urgency in shown
    ]
    counts += [Text(f"{_(AWAITED[awaits])} {count}") for awaits, count in load.waiting.items() if count]
    amounts = [Text(format_amount(amount, currency)) for currency, amount in sorted(load.held.items())]
    held = flow([Text(_("money held:"), style="bold"), *(amounts or [Text("0")])], width, between="  ")
    return flow(counts, width).append("\n").append_text(held)


def _nothing(wanted: Wanted) -> str:
    if wanted == Wanted():
        return _("No case is open.")
    return _("No case is like that.")


_LEFT, _DUE, _ZONE, _WHAT, _ORDER, _STORE, _HELD, _STATUS, _NUMBER = (
    N_("left"),
    N_("due, UTC"),
    N_("store's zone"),
    N_("violation"),
    N_("order"),
    N_("store"),
    N_("held"),
    N_("status"),
    N_("number"),
)
_HEADINGS: dict[int, tuple[str, ...]] = {
    1: (_LEFT, _DUE, _ZONE, _WHAT, _ORDER, _STORE, _HELD, _STATUS),
    2: (_LEFT, _DUE, _WHAT, _HELD),
    3: (_LEFT, _WHAT, _HELD),
}


def _due(case: QueuedCase) -> tuple[Line, Line]:
    until = case.clock.until or case.closed_at
    if until is None:
        return Line("–", "dim"), Line("")
    return Line(cells.minutes(until)), Line(cells.in_zone(until, case.timezone), "dim", "end")


def _held(case: QueuedCase) -> Line:
    return Line(format_amount(case.held_minor, case.currency)) if case.held_minor else Line("–", "dim")


def _number(case: QueuedCase) -> Line:
    return Line(f"#{case.case_id} {_status(case)}", "dim", "end")


def _status(case: QueuedCase) -> str:
    """The platform's word while the case is open; ours once it is closed, which says how it ended."""
    if case.state in ENDS:
        return case_words.state(case.state)
    return case_words.status(case, case.state, case.platform_status)


def _one_line(case: QueuedCase, now: datetime) -> list[Cell]:
    store = case.store_id if case.site == case.store_id else f"{case.site} · {case.store_id}"
    due, zone = _due(case)
    what, order = Line(case_words.title(case), cut="end"), Line(case.order_id, cut="middle")
    cells_ = (
        case_words.clock(case.clock, now),
        due,
        zone,
        what,
        order,
        Line(store, cut="middle"),
        _held(case),
        _number(case),
    )
    return [[line] for line in cells_]


def _two_lines(case: QueuedCase, now: datetime) -> list[Cell]:
    what = [Line(case_words.title(case), cut="end"), Line(f"{case.order_id} · {case.store_id}", "dim", "middle")]
    return [case_words.clock_lines(case.clock, now), _due(case), what, [_held(case), _number(case)]]


def _three_lines(case: QueuedCase, now: datetime) -> list[Cell]:
    due, zone = _due(case)
    what = [
        Line(case_words.title(case), cut="end"),
        Line(case.order_id, "", "middle"),
        Line(case.store_id, "dim", "middle"),
    ]
    return [[case_words.clock(case.clock, now), due, zone], what, [_held(case), _number(case)]]


_CELLS = {1: _one_line, 2: _two_lines, 3: _three_lines}


def _case_json(case: QueuedCase, at: datetime) -> dict[str, Any]:
    until, urgency = case.clock.until, case.clock.urgency(at)
    return {
        "case_id": case.case_id,
        "order_id": case.order_id,
        "store_id": case.store_id,
        "platform": case.platform,
        "site": case.site,
        "violation": case.violation,
        "route": case.route or None,
        "title": case_words.title(case),
        "complaint_id": case.complaint_id or None,
        "carrier": case.carrier,
        "tracking_number": case.tracking_number,
        "state": case.state,
        "platform_status": platform_status(case),
        **{
            name: format_instant(value) if (value := getattr(case, name)) else None
            for name in ("fires_at", "opened_at", "due_at", "submitted_at", "rule_at", "closed_at")
        },
        "due_at_store": cells.iso_in_zone(case.due_at, case.timezone) if case.due_at else None,
        "timezone": case.timezone,
        "awaits": str(case.clock.awaits),
        "until": format_instant(until) if until else None,
        "left_seconds": int((until - at) // timedelta(seconds=1)) if until else None,
        "urgency": str(urgency) if urgency else None,
        "held_minor": case.held_minor,
        "currency": case.currency,
        "clause": case.clause,
        "rulebook": case.rulebook_id,
    }


def platform_status(case: QueuedCase) -> str | None:
    """For programs: the platform's word for the state, ours where it has none; null where another process decides."""
    if case.route:
        return None
    return case.platform_status or books.word_for(books.kept(case.rulebook_id), case.state, case.opened_at)


def check_platform(name: str | None) -> None:
    """Raises OmbudError where there is no platform of that name, with what there is."""
    _known("platform", name, books.in_use())


def _check(wanted: Wanted) -> None:
    """Refuses a filter that names nothing there is, with what there is."""
    if wanted.store_id is not None:
        find_store(wanted.store_id)
    in_use = books.in_use()
    check_platform(wanted.platform)
    opening = {
        name
        for book in in_use.values()
        for name, versions in book.triggers.items()
        if any(version.value.opens in {"case", "route"} for version in versions)
    }
    _known("violation", wanted.violation, opening | set(queue.known("violation")))
    _known("state", wanted.state, {OPEN_STATES, *State})
    places = {name for book in in_use.values() for name in book.under("routes")}
    _known("route", wanted.route, places | set(queue.known("route")) - {""})


_UNKNOWN = {
    "platform": N_("There is no platform {name!r}."),
    "violation": N_("There is no violation {name!r} that opens cases."),
    "state": N_("There is no state {name!r}."),
    "route": N_("There is no place {name!r} that decides cases."),
}


def _known(what: str, name: str | None, names: Iterable[str]) -> None:
    known = sorted(names)
    if name is None or name in known:
        return
    near = difflib.get_close_matches(name, known, n=3)
    near += [other for other in known if other not in near]
    raise OmbudError(
        Problem(
            f"unknown_{what}",
            _UNKNOWN[what],
            {"name": name, "near": ", ".join(near)},
            mend=N_("What there is: {near}."),
        )
    )


def case(
    name: Annotated[str, typer.Argument(metavar="ID", help="The number of a case, or the id of an order.")],
    at: Annotated[str | None, typer.Option(metavar="INSTANT", help="As of this instant; default: now.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Show one case: its clock, its money, what happened, and what the book asks for."""
    from ombud.cli import case_json, case_page

    instant = parse_instant(at) if at else datetime.now(UTC)
    database.prepare()
    with database.spoken():
        files = [case_file.case_file(one.case_id, instant) for one in case_file.cases_named(name)]
        if as_json:
            say.print_json([case_json.as_json(file, instant) for file in files])
        elif len(files) == 1:
            say.out.print(case_page.draw(files[0], instant, say.out.width))
        else:
            say.out.print(_several(files, instant, say.out.width))


def _several(files: Sequence[case_file.CaseFile], at: datetime, width: int) -> RenderableType:
    order_id = files[0].order.order_id
    rows: list[list[Cell]] = []
    for file in files:
        row = queue.of_case(file.case, file.standing)
        clock, what = case_words.clock(row.clock, at), Line(case_words.title(row), cut="end")
        rows.append([[Line(f"#{row.case_id}")], [clock], [_due(row)[0]], [what], [_held(row)], [Line(_status(row))]])
    headings = [Heading(_(words), right=words == _HELD) for words in (_NUMBER, _LEFT, _DUE, _WHAT, _HELD, _STATUS)]
    words = _("The order {order} has {count} cases; `ombud case NUMBER` shows one.")
    return Group(Text(words.format(order=order_id, count=len(files))), grid(headings, rows, width))
