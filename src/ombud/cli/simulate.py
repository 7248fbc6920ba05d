"""`ombud simulate`: a rulebook tried on past orders, beside the one that it would replace."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from ombud.cli import cells, say
from ombud.cli.grid import Cell, Heading, Line, grid, sentence
from ombud.cli.say import _
from ombud.domain.cases import State
from ombud.domain.health import Standing
from ombud.domain.instants import format_instant, parse_instant
from ombud.domain.money import format_amount
from ombud.domain.problems import N_, OmbudError, Problem
from ombud.domain.rulebook import Rulebook
from ombud.rulebooks import open_book
from ombud.scan import sources
from ombud.scan.find import Source
from ombud.scan.folder import Progress
from ombud.simulate import report
from ombud.simulate.assumptions import SHIPPED, open_assumptions
from ombud.simulate.past import same_tracks
from ombud.simulate.purse import line_titles
from ombud.simulate.run import ENDS, Side, Simulation
from ombud.simulate.run import simulate as run
from ombud.simulate.standing import FigureOutcome
from ombud.store import database

STORE = "store"
_LISTED = 8
_ENDS = {
    State.WON: N_("won"),
    State.REJECTED: N_("rejected"),
    State.LOST: N_("lost by the clock"),
    State.WITHDRAWN: N_("withdrawn"),
}
_DESK = {"dispute_rate": N_("Dispute rate"), "success_rate": N_("Success rate")}
_OVER = {"store": N_("store"), "carrier": N_("carrier"), "warehouse": N_("warehouse"), "buyer": N_("buyer")}


def simulate(
    source: Annotated[str, typer.Argument(metavar="SOURCE", help="A folder of facts, or the word store.")],
    rulebook: Annotated[str, typer.Option(metavar="NEW", help="The rulebook to try: a shipped name or a YAML file.")],
    against: Annotated[str, typer.Option(metavar="OLD", help="The rulebook to set it beside.")],
    mapping: Annotated[
        Path | None, typer.Option(metavar="FILE", help="A .sql file that turns another export into facts.")
    ] = None,
    since: Annotated[str | None, typer.Option(metavar="INSTANT", help="Only cases that fired at it or later.")] = None,
    until: Annotated[
        str | None, typer.Option(metavar="INSTANT", help="Only cases that fired by then; default: all that is past.")
    ] = None,
    rules_at: Annotated[
        str | None,
        typer.Option(metavar="INSTANT", help="Put the rules in force then to all facts, of both books."),
    ] = None,
    assume: Annotated[
        str, typer.Option(metavar="FILE", help="How sellers answer; default: what ships with Ombud.")
    ] = SHIPPED,
    seed: Annotated[int, typer.Option(min=0, help="Other draws of the same shares.")] = 1,
    out: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="Write cases.csv, stores.csv and summary.json there.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="The summary for programs.")] = False,
) -> None:
    """Try a rulebook on past orders: cases, money and stores' health under the new and the old one."""
    rules = parse_instant(rules_at) if rules_at else None
    first, last = (parse_instant(text) if text else None for text in (since, until))
    new, old = open_book(rulebook), open_book(against)
    assumptions = open_assumptions(assume)
    if out:
        report.refuse_folder(out)
    with (
        say.progress(_("Simulating")) as progress,
        _source(source, old, new, mapping, rules, progress) as facts,
    ):
        found = run(
            facts,
            old=old,
            new=new,
            assumptions=assumptions,
            seed=seed,
            since=first,
            until=last,
            rules_at=rules,
            progress=progress,
        )
    rows = report.write(found, out) if out else None
    if as_json:
        say.print_json(report.as_json(found))
        return
    _say(found)
    if rows is not None:
        say.out.print()
        said = _("{rows} cases of either rulebook in {file}").format(
            rows=say.number(rows), file=f"{out}/{report.CASES}"
        )
        say.out.print(said, soft_wrap=True, markup=False)


def _source(
    source: str, old: Rulebook, new: Rulebook, mapping: Path | None, rules_at: datetime | None, progress: Progress
) -> AbstractContextManager[Source]:
    if source != STORE:
        return sources.folder(Path(source), mapping=mapping, progress=progress)
    if mapping:
        raise OmbudError(
            Problem(
                "options_apart",
                N_("--mapping goes with a folder of facts, not with the store."),
                mend=N_("For a folder named store, write ./store."),
            )
        )
    database.prepare()
    refold = rules_at is not None or not same_tracks(old, new)
    return sources.stored(old, refold=refold, progress=progress)


def _say(found: Simulation) -> None:
    width = say.out.width
    head = _("{new} against {old}").format(new=_book_name(found.new, found.old), old=_book_name(found.old, found.new))
    say.out.print(Text(head, style="bold"))
    for said in _head(found):
        say.out.print(sentence(said, width))
    for said in _assumed(found):
        say.out.print(sentence(said, width, "dim"))
    for table in (_overall, _violations, _money, _health, _sanctions, _stores):
        drawn = table(found, width)
        if drawn is not None:
            say.out.print()
            say.out.print(drawn)
    say.out.print()
    say.out.print(sentence(_changes(found), width))
    for said in _no_cases(found):
        say.out.print(sentence(said, width))
    for said in _left_out(found):
        say.out.print(sentence(said, width, "dim"))


def _book_name(side: Side, other: Side) -> str:
    """What it was called by; two texts of one file name are told apart by their hash."""
    if side.book.file == other.book.file and side.book.digest != other.book.digest:
        return f"{side.book.file} ({side.book.digest[:8]})"
    return side.book.file


def _head(found: Simulation) -> Iterator[str]:
    orders, until = say.number(found.orders), f"{cells.minutes(found.until)} UTC"
    if found.since:
        since = cells.minutes(found.since)
        yield _("{orders} orders; cases that fired from {since} to {until}").format(
            orders=orders, since=since, until=until
        )
    else:
        yield _("{orders} orders; cases that fired up to {until}").format(orders=orders, until=until)
    if found.rules_at:
        yield _("Both under the rules in force at {at}.").format(at=format_instant(found.rules_at))
    elif found.fires_nothing:
        yield _("All of them were paid before either rulebook began, so nothing fires.")
        yield _("With --rules-at the rules of one instant are put to all of them.")
    elif found.orders_before_book:
        yield _("{count} orders were paid before either rulebook began: what was before it fires nothing.").format(
            count=say.number(found.orders_before_book)
        )
        yield _("With --rules-at the rules of one instant are put to all of them.")


def _assumed(found: Simulation) -> Iterator[str]:
    text = found.assumptions.text
    yield _("How sellers answer is assumed, not known: {title} ({name}), draws of seed {seed}.").format(
        title=text.title.speak(say.language()), name=text.name, seed=found.seed
    )


def _overall(found: Simulation, width: int) -> Table:
    sides = found.sides
    rows = [
        (_("cases opened"), [len(side.cases) for side in sides]),
        (_("answered in time"), [side.answered() for side in sides]),
        *((_(_ENDS[state]), [side.ended()[state] for side in sides]) for state in ENDS),
        (_("order-days with money held"), [int(report.days(side.money.held_for)) for side in sides]),
    ]
    return _side_by_side(_("cases"), rows, say.number, width)


def _side_by_side(title: str, rows: Sequence[tuple[str, list[int]]], form: Callable[[int], str], width: int) -> Table:
    headings = [
        Heading(title),
        Heading(_("old book"), True),
        Heading(_("new book"), True),
        Heading(_("difference"), True),
    ]
    drawn = [
        _line(Line(name, cut="end"), Line(form(old)), Line(form(new)), _difference(old, new, form))
        for name, (old, new) in rows
    ]
    return grid(headings, drawn, width)


def _difference(old: int, new: int, form: Callable[[int], str]) -> Line:
    if old == new:
        return Line("–", "dim")
    return Line(f"+{form(new - old)}" if new > old else f"−{form(old - new)}", "bold")


def _violations(found: Simulation, width: int) -> Table | None:
    """A row for each violation, and two where the books differ."""
    opened = [side.opened() for side in found.sides]
    names = sorted({*opened[0], *opened[1]}, key=lambda name: (-max(opened[0][name], opened[1][name]), name))
    if not names:
        return None
    ends = [state for state in ENDS if any(side.ended()[state] for side in found.sides)]
    headings = [Heading(_("violation")), Heading(""), Heading(_("cases"), True)]
    headings += [Heading(_(_SHORT.get(state, _ENDS[state])), True) for state in ends]
    rows = []
    for name in names:
        counts = [
            (count[name], *(side.ended(name)[state] for state in ends))
            for count, side in zip(opened, found.sides, strict=True)
        ]
        alike = counts[0] == counts[1]
        both = [(_("both"), counts[0])] if alike else [(_("old book"), counts[0]), (_("new book"), counts[1])]
        rows.append(
            (
                (Line(name, cut="middle"),),
                tuple(Line(which, "dim") for which, _counts in both),
                *(tuple(Line(say.number(of[place])) for _which, of in both) for place in range(len(counts[0]))),
            )
        )
    return grid(headings, rows, width)


_SHORT = {State.LOST: N_("by clock")}


def _money(found: Simulation, width: int) -> Table | None:
    titles = {**line_titles(found.old.book, found.until), **line_titles(found.new.book, found.until)}
    rows: list[tuple[Cell, ...]] = []
    peaks = [{c: amount for c, (amount, _at) in side.money.peak.items()} for side in found.sides]
    rows += _amount_rows(_("most held at once"), *peaks)
    rows += _amount_rows(_("charged in all"), *(report.losses(side.cases.values()) for side in found.sides))
    for line in dict.fromkeys([*titles, *found.old.money.charged, *found.new.money.charged]):
        title = titles.get(line, {}).get(say.language(), line)
        rows += _amount_rows(f"  {title}", *(side.money.charged.get(line, {}) for side in found.sides))
    if not rows:
        return None
    headings = [
        Heading(_("money")),
        Heading(_("old book"), True),
        Heading(_("new book"), True),
        Heading(_("difference"), True),
    ]
    return grid(headings, rows, width)


def _amount_rows(name: str, old: Mapping[str, int], new: Mapping[str, int]) -> list[tuple[Cell, ...]]:
    currencies = sorted({*old, *new})
    if not currencies:
        return []

    def column(of: Mapping[str, int]) -> Cell:
        return tuple(Line(format_amount(of.get(currency, 0), currency)) for currency in currencies)

    differences = tuple(
        _difference(old.get(currency, 0), new.get(currency, 0), _plain_amount(currency)) for currency in currencies
    )
    return [((Line(name, cut="end"),), column(old), column(new), differences)]


def _plain_amount(currency: str) -> Callable[[int], str]:
    """Without the currency, which stands in the columns beside."""
    return lambda amount: format_amount(amount, currency).removesuffix(f" {currency}")


def _health(found: Simulation, width: int) -> Table | None:
    headings = [Heading(_("health at the end")), Heading(_("old book"), True), Heading(_("new book"), True)]
    rows: list[tuple[Cell, ...]] = []
    news = {figure.name: figure for figure in found.new.standings.figures}
    for old in found.old.standings.figures:
        new = news.pop(old.name, None)
        if new is not None:
            rows += _figure_rows(old, old, new)
    return grid(headings, rows, width) if rows else None


def _figure_rows(named: FigureOutcome, *sides: FigureOutcome) -> Iterator[tuple[Cell, ...]]:
    title = named.title.get(say.language()) or _(_DESK.get(named.name, named.name))
    bounds = [side.bound.limit if side.bound.limit is not None else side.bound.least for side in sides]
    name = _("{figure}, all stores together").format(figure=title)
    rates = [cells.rate(side.together.rate, bound) for side, bound in zip(sides, bounds, strict=True)]
    yield _line(Line(name, cut="end"), *map(Line, rates))
    if any(bound is not None for bound in bounds):
        for text, count in _STANDING_ROWS:
            yield _line(Line(f"  {_(text)}", cut="end"), *(Line(say.number(count(side))) for side in sides))


_STANDING_ROWS: tuple[tuple[str, Callable[[FigureOutcome], int]], ...] = (
    (N_("stores within the limit"), lambda figure: figure.count(Standing.WITHIN) + figure.count(Standing.REACHED)),
    (N_("stores beyond it"), lambda figure: figure.count(Standing.BEYOND)),
    (N_("stores not measured"), lambda figure: figure.count(Standing.NO_BASE)),
    (N_("stores ever beyond it"), lambda figure: len(figure.passed)),
)


def _sanctions(found: Simulation, width: int) -> Table | None:
    titles: dict[str, tuple[str, str]] = {}
    counts: dict[str, list[tuple[int, int]]] = {}
    for place, side in enumerate(found.sides):
        for sanction in side.standings.sanctions:
            titles[sanction.name] = (sanction.title[say.language()], _(_OVER.get(sanction.over, sanction.over)))
            mine = counts.setdefault(sanction.name, [(0, 0), (0, 0)])
            mine[place] = (len(sanction.began), len({subject for _at, subject in sanction.began}))
    if not titles:
        return None
    headings = [Heading(_("sanctions begun (on so many)")), Heading(_("over")), Heading(_("old book"), True)]
    headings += [Heading(_("new book"), True)]
    rows = [
        _line(
            Line(title, cut="end"),
            Line(over, "dim"),
            *(Line(f"{say.number(begun)} ({say.number(subjects)})") for begun, subjects in counts[name]),
        )
        for name, (title, over) in titles.items()
    ]
    return grid(headings, rows, width)


def _stores(found: Simulation, width: int) -> Table | None:
    """Those whose charges change most."""
    sides = [{store: (len(c), report.losses(c)) for store, c in side.by_store().items()} for side in found.sides]
    none: tuple[int, dict[str, int]] = (0, {})
    stores = [store for store in sorted({*sides[0], *sides[1]}) if sides[0].get(store) != sides[1].get(store)]
    if not stores:
        return None

    def change(store: str) -> int:
        old, new = (side.get(store, none)[1] for side in sides)
        return sum(abs(new.get(currency, 0) - old.get(currency, 0)) for currency in {*old, *new})

    stores.sort(key=lambda store: (-change(store), store))
    headings = [Heading(_("stores that change most")), Heading(_("cases"), True)]
    headings += [Heading(_("charged, old"), True), Heading(_("charged, new"), True)]
    rows = []
    for store in stores[:_LISTED]:
        (cases, old), (after, new) = (side.get(store, none) for side in sides)
        counted = say.number(cases) if cases == after else f"{say.number(cases)} → {say.number(after)}"
        rows.append(((Line(store, cut="middle"),), (Line(counted),), _amounts(old), _amounts(new)))
    return grid(headings, rows, width)


def _amounts(amounts: Mapping[str, int]) -> Cell:
    return tuple(Line(format_amount(amount, currency)) for currency, amount in amounts.items()) or (Line("–", "dim"),)


def _changes(found: Simulation) -> str:
    changes = [change for _key, change in found.changes()]
    return _(
        "{new} cases are new, {gone} are cases no longer, {changed} go otherwise, {same} stay as they are."
    ).format(**{name: say.number(changes.count(name)) for name in ("new", "gone", "changed", "same")})


def _no_cases(found: Simulation) -> Iterator[str]:
    """What is found and opens no case, where the books differ in it."""
    old, new = (side.others for side in found.sides)
    for name in sorted({*old, *new}):
        if old.get(name, 0) != new.get(name, 0):
            counts = {"old": say.number(old.get(name, 0)), "new": say.number(new.get(name, 0))}
            yield _("{violation}, which opens no case: {old} under the old book, {new} under the new one.").format(
                violation=name, **counts
            )


def _left_out(found: Simulation) -> Iterator[str]:
    names = list(dict.fromkeys(name for side in found.sides for name in side.standings.not_simulated))
    if names:
        yield _("Past orders alone do not tell: {clauses}.").format(clauses=", ".join(names))


def _line(*lines: Line) -> tuple[Cell, ...]:
    return tuple((line,) for line in lines)
