"""`ombud health`: where one store stands, or all of them with the one nearest to its limit on top."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import Annotated, Any

import typer
from rich.console import Group, RenderableType
from rich.text import Text

from ombud.cli import cells, sanctions, say
from ombud.cli.grid import Cell, Heading, Line, grid
from ombud.cli.say import _
from ombud.domain.health import Share, Standing
from ombud.domain.instants import format_instant, format_span, parse_instant
from ombud.domain.money import format_amount
from ombud.domain.problems import N_, OmbudError, Problem
from ombud.domain.rulebook import Rulebook
from ombud.domain.sanctions import Over
from ombud.store import books, database, queue_load
from ombud.store.health import Figure, Health, curve, figures, figures_of_all, find_store
from ombud.store.models import Store
from ombud.store.queue import Wanted
from ombud.store.sanctions import in_force
from ombud.words.health import STANDINGS, base, bound, title, value

_CURVE_DAYS = 90
_WIDE = 100
_COLOURS = {Standing.BEYOND: "bold red", Standing.REACHED: "yellow"}


def health(
    store: Annotated[str | None, typer.Argument(metavar="[STORE]", help="One store; without it, all of them.")] = None,
    at: Annotated[str | None, typer.Option(metavar="INSTANT", help="As of this instant; default: now.")] = None,
    rules_at: Annotated[
        str | None,
        typer.Option(metavar="INSTANT", help="Measure as the book does at this instant; default: as at --at."),
    ] = None,
    platform: Annotated[str | None, typer.Option(help="Only stores of this platform.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="How many stores at most.")] = 50,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Show the dispute rate, the other figures of the book, and how many orders remain before a limit is reached."""
    instant = parse_instant(at) if at else datetime.now(UTC)
    rules = parse_instant(rules_at) if rules_at else None
    database.prepare()
    with database.spoken():
        in_use = books.in_use()
        if store is not None:
            one = find_store(store)
            of_store = figures(store, instant, _book(in_use, one.platform), rules_at=rules)
            if as_json:
                against = [sanctions.told(each) for each in in_force(Over.STORE, one.store_id, instant)]
                told = {**_as_json(of_store, one), "sanctions": against}
                say.print_json({"at": format_instant(instant), **told})
            else:
                say.out.print(_page(of_store, one, instant, say.out.width))
            return
        if platform is not None:
            _book(in_use, platform)
        stores = {one.store_id: one for one in Store.objects.all() if platform in (None, one.platform)}
        found = [
            one
            for name in sorted({store.platform for store in stores.values()})
            for one in figures_of_all(instant, _book(in_use, name), rules_at=rules)
        ]
        found.sort(key=_nearest_first)
        if as_json:
            rows = [_as_json(one, stores[one.store_id]) for one in found[:limit]]
            say.print_json({"at": format_instant(instant), "stores": rows})
        else:
            say.out.print(_table(found, stores, instant, limit, say.out.width))


def _book(in_use: Mapping[str, Rulebook], platform: str) -> Rulebook:
    book = in_use.get(platform)
    if book is None:
        raise OmbudError(
            Problem(
                "no_book",
                N_("There is no rulebook for the platform {platform!r}."),
                {"platform": platform, "known": ", ".join(sorted(in_use))},
                mend=N_("There are books for: {known}."),
            )
        )
    return book


def _nearest_first(one: Health) -> tuple[Fraction, int, str]:
    """Equally near ones by how much they were measured on."""
    figure = one.closest
    return (-figure.closeness, -figure.share.base, one.store_id) if figure else (Fraction(0), 0, one.store_id)


def _page(one: Health, store: Store, at: datetime, width: int) -> RenderableType:
    head = Text(store.store_id, style="bold")
    head.append(f"   {store.site} · {store.platform}", style="")
    if store.tier:
        head.append(f" · {_('rating {tier}').format(tier=store.tier)}")
    head.append(f"   {cells.minutes(at)} UTC · {cells.in_zone(at, store.timezone)}", style="dim")
    headings = [Heading(_("figure")), Heading("", True), Heading(_("of"), True), Heading(_("window"), True)]
    headings += [Heading(_("limit"), True), Heading("")]
    table = grid(headings, [_figure_row(figure) for figure in one.figures], width)
    parts: list[RenderableType] = [head, table]
    parts += [_headroom(figure) for figure in one.figures if figure.standing is not Standing.NO_BOUND]
    main = one.closest or next((figure for figure in one.figures if figure.counts[1]), None)
    if main is not None:
        parts += _curve(one, main, at, width)
    return Group(*parts, _open_cases(store, at), *_sanctions(store, at, width))


def _sanctions(store: Store, at: datetime, width: int) -> list[RenderableType]:
    found = in_force(Over.STORE, store.store_id, at)
    if not found:
        return [Text(_("No sanction is in force."), style="dim")]
    return [Text(_("In force against the store:"), style="bold red"), sanctions.table(found, width)]


def _figure_row(figure: Figure) -> list[Cell]:
    name, over = Line(title(figure), cut="end"), Line(cells.span(figure.window))
    lines = (name, Line(value(figure)), Line(base(figure)), over, Line(bound(figure)), standing(figure))
    return [[line] for line in lines]


def standing(figure: Figure) -> Line:
    """The word for where the figure stands, coloured by it."""
    return Line(_(STANDINGS[figure.standing]), _COLOURS.get(figure.standing, "dim"), "end")


def _headroom(figure: Figure) -> Text:
    remaining, name = figure.headroom, title(figure)
    if remaining is None:
        return Text(_("{title}: nothing was measured yet.").format(title=name), style="dim")
    if figure.bound.limit is None:
        words = _("{title}: so many more cases may be lost before it falls short: {count}.")
    elif remaining == 1:
        words = _("{title}: 1 order remaining before rate limit is reached.")
    else:
        words = _("{title}: {count} orders remaining before rate limit is reached.")
    return Text(words.format(title=name, count=remaining), style=_COLOURS.get(figure.standing, ""))


def _curve(one: Health, figure: Figure, at: datetime, width: int) -> list[RenderableType]:
    """One cell a day where the terminal is wide enough, else one for several; the last is the day before `at`."""
    upto = at.astimezone(UTC).date() - timedelta(days=1)
    points = curve(one.store_id, figure, upto, days=_CURVE_DAYS)
    step = next(n for n in range(1, _CURVE_DAYS + 1) if _CURVE_DAYS // n <= max(10, width - 2))
    rates = [share.rate for _day, share in points]
    top = max([rate for rate in rates if rate is not None], default=Fraction(0))
    full = max(top, figure.bound.limit or figure.bound.least or Fraction(0))
    line = Text()
    for _day, share in points[::-1][::step][::-1]:
        line.append(cells.bar(share.rate, full), style=_COLOURS.get(figure.bound.standing(share), ""))
    words = _("{title} from {first} to {last}, each day over {window}; highest {highest}, a full bar is {full}")
    legend = words.format(
        title=title(figure),
        first=points[0][0].isoformat(),
        last=upto.isoformat(),
        window=cells.span(figure.window),
        highest=cells.rate(top, figure.bound.limit),
        full=cells.rate(full),
    )
    return [Text(), line, Text(legend, style="dim"), Text()]


def _open_cases(store: Store, at: datetime) -> Text:
    load = queue_load.load(at, Wanted(store_id=store.store_id))
    if not load.total:
        return Text(_("No case is open."), style="dim")
    held = " · ".join(format_amount(amount, currency) for currency, amount in sorted(load.held.items()))
    return Text(_("cases open: {count} · money held: {amounts}").format(count=load.total, amounts=held))


def _table(found: list[Health], stores: Mapping[str, Store], at: datetime, limit: int, width: int) -> RenderableType:
    if not found:
        return Text(_("There is no store yet: import a facts folder first."), style="dim")
    over = sum(one.closest is not None and one.closest.standing is Standing.BEYOND for one in found)
    head = Text(_("{count} stores, {over} over a limit").format(count=len(found), over=over), style="bold")
    head.append(f"   {cells.minutes(at)} UTC", style="dim")
    headings = [Heading(_("store")), Heading(_("nearest to its limit")), Heading("", True), Heading(_("of"), True)]
    headings += [Heading(_("limit"), True)] if width >= _WIDE else []
    headings += [Heading(_("remaining"), True)] + ([Heading("")] if width >= _WIDE else [])
    rows = [_row(one, stores[one.store_id], width >= _WIDE) for one in found[:limit]]
    more = len(found) - limit
    tail = [Text(_("… and {count} more: --limit {all}").format(count=more, all=len(found)), style="dim")]
    return Group(head, grid(headings, rows, width), *(tail if more > 0 else []))


def _row(one: Health, store: Store, wide: bool) -> list[Cell]:
    figure = one.closest
    lines = [Line(f"{store.platform} · {store.store_id}", cut="middle")]
    if figure is None:
        lines += [Line(_(STANDINGS[Standing.NO_BOUND]), "dim", "end"), *([Line("")] * (5 if wide else 3))]
        return [[line] for line in lines]
    style = _COLOURS.get(figure.standing, "")
    lines += [Line(title(figure), cut="end"), Line(value(figure), style), Line(base(figure))]
    lines += [Line(bound(figure))] if wide else []
    lines += [Line("–" if figure.headroom is None else str(figure.headroom), style)]
    lines += [standing(figure)] if wide else []
    return [[line] for line in lines]


def _as_json(one: Health, store: Store) -> dict[str, Any]:
    return {
        "store_id": one.store_id,
        "platform": store.platform,
        "site": store.site,
        "tier": store.tier,
        "figures": [_figure_json(figure) for figure in one.figures],
    }


def _figure_json(figure: Figure) -> dict[str, Any]:
    """Shares of 1 as decimal texts; `part` and `base` are exact. `headroom` is null without a limit or a base."""
    share: Share = figure.share
    return {
        "name": figure.name,
        "title": title(figure),
        "part": share.part,
        "base": share.base if figure.counts[1] else None,
        "rate": _decimal(share.rate),
        "window": format_span(figure.window),
        "limit": _decimal(figure.bound.limit),
        "least": _decimal(figure.bound.least),
        "standing": str(figure.standing),
        "headroom": figure.headroom,
        "cite": figure.cite or None,
    }


def _decimal(share: Fraction | None) -> str | None:
    return None if share is None else f"{float(share):.6f}"
