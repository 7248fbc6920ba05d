"""`make demo`: months of orders go by in a minute, and one sees cases open, money held, windows shut.

Without --data it makes a small marketplace up (nobody's orders, see `ombud generate --help`) and keeps it in
./demo/facts; with --data it reads that folder, through --mapping where one is given. Either way it fills a fresh store
of its own, ./demo/ombud.sqlite3, and moves a clock over it by the very `tick` that the running system lives on. The
site at its end stands where the queue was fullest, on a copy of the store that was made there, ./demo/site.
"""

from __future__ import annotations

import argparse
import contextlib
import csv
import io
import os
import shlex
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from ombud.domain.instants import format_span, parse_span
from ombud.domain.problems import OmbudError

if TYPE_CHECKING:
    from typer import Typer

    from ombud.domain.rulebook import Rulebook

HOUR = timedelta(hours=1)
STEPS_AT_MOST = 800
STORES_SHOWN = 6
FRAMES_A_SECOND = 4
SEED = 1
DAYS = 80  # orders are paid over so many days: few enough for a busy queue
SITE = "site"
GROWN = 1.1  # the store is copied for the site whenever so many times more cases are open than in the copy
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass
class World:
    """What the demo runs on: the folder, and where the clock starts and ends."""

    folder: Path
    mapping: Path | None
    starts_at: datetime = EPOCH
    ends_at: datetime = EPOCH
    rules_at: datetime | None = None


@dataclass
class Told:
    """What has happened up to the clock."""

    at: datetime
    paid: int = 0
    opened: int = 0
    open: int = 0
    lost: int = 0
    ahead: int = 0
    fullest: tuple[int, datetime] = (0, EPOCH)  # the most cases open at once, and when that was first so
    kept: tuple[int, datetime] = (0, EPOCH)  # the same of the copy for the site
    held: dict[str, int] = field(default_factory=dict)


def main(arguments: Sequence[str] | None = None, *, home: Path = Path("demo")) -> int:
    """Runs the demo in the folder `home`; 0 where it came to its end, 2 where the data was refused."""
    try:
        chosen = _arguments(arguments)
    except OmbudError as error:
        Console(stderr=True, highlight=False).print(str(error), markup=False)
        return 2
    console = Console(highlight=False)
    _own_store(home)
    from ombud.cli import say  # only now: importing it sets Django up on the store of the demo

    try:
        world, told = _demo(chosen, home, console)
    except OmbudError as error:
        return int(say.fail(error).exit_code)
    except KeyboardInterrupt:
        console.print("Stopped.")
        return 130
    return _serve(world, told, home, console)


def _arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Orders turn into cases: on generated orders, or on your own.")
    parser.add_argument("--data", type=Path, metavar="DIR", help="a folder of facts; default: a generated marketplace")
    parser.add_argument("--mapping", type=Path, metavar="FILE", help="the .sql that makes facts of DIR's files")
    parser.add_argument("--orders", type=int, default=8_000, metavar="N", help="how many orders to generate")
    parser.add_argument("--every", type=parse_span, metavar="SPAN", help="how far the clock goes at a time: 6h, 1d")
    chosen = parser.parse_args(arguments)
    if chosen.mapping and not chosen.data:
        parser.error("--mapping needs --data")
    return chosen


def _own_store(home: Path) -> None:
    """The demo never touches a store that is in use: it has its own, made anew at every run."""
    home.mkdir(exist_ok=True)
    for end in ("", "-wal", "-shm"):
        (home / f"ombud.sqlite3{end}").unlink(missing_ok=True)
    shutil.rmtree(home / SITE, ignore_errors=True)
    (home / SITE).mkdir()
    os.environ.pop("DATABASE_URL", None)
    os.environ["OMBUD_STORE"] = str(home / "ombud.sqlite3")
    os.environ["DJANGO_SETTINGS_MODULE"] = "ombud.web.settings"


def _demo(chosen: argparse.Namespace, home: Path, console: Console) -> tuple[World, Told]:
    import ombud.store.ready  # noqa: F401 (sets Django up)
    from ombud.rulebooks import open_book
    from ombud.store import database

    database.prepare()
    books = {name: open_book(name) for name in ("ozon", "shopify")}
    world = _world(chosen, home, console)
    _fill(world, books, console)
    told = _watch(world, books, chosen.every or _step(world), console, home)
    _sum_up(world, told, books, console, home)
    return world, told


def _world(chosen: argparse.Namespace, home: Path, console: Console) -> World:
    if chosen.data:
        return World(chosen.data, chosen.mapping)
    from ombud.generate import generate

    folder = home / "facts"
    shutil.rmtree(folder, ignore_errors=True)
    with console.status("Making a marketplace up …"):
        generate(folder, orders=chosen.orders, seed=SEED, days=DAYS)
    console.print(
        f"[bold]A generated marketplace[/bold]: {chosen.orders:,} orders that nobody ever placed, in {folder}/"
    )
    return World(folder, None)


def _fill(world: World, books: Mapping[str, Rulebook], console: Console) -> None:
    """Reads and checks the folder, and imports it; sets the rest of `world`."""
    from ombud.actions.imports import import_facts
    from ombud.cli import say
    from ombud.scan.folder import read_facts

    start = time.perf_counter()
    with (
        say.progress("Importing") as progress,
        read_facts(world.folder, mapping=world.mapping, progress=progress) as facts,
    ):
        ((first, last),) = facts.connection.execute(
            "SELECT epoch(min(paid_at)), epoch(max(paid_at)) FROM orders"
        ).fetchall()
        world.starts_at = datetime.fromtimestamp(first or 0, UTC)
        world.ends_at = max(facts.known_at or world.starts_at, world.starts_at)
        begins_at = min(book.starts_at for book in books.values())
        if datetime.fromtimestamp(last or 0, UTC) < begins_at:
            world.rules_at = begins_at
        early = world.rules_at is None and world.starts_at < begins_at <= world.ends_at
        world.starts_at = begins_at if early else world.starts_at
        import_facts(facts, books=books, actor="demo", at=world.starts_at, progress=progress)
    counts, seconds = facts.counts, time.perf_counter() - start
    console.print(
        f"{sum(counts.values()):,} rows checked and imported in {seconds:.1f} s: {counts['orders']:,} orders of"
        f" {counts['stores']:,} stores, {counts['parcels']:,} parcels, {counts['scans']:,} scans,"
        f" {counts['complaints']:,} complaints."
    )
    if world.rules_at:
        console.print(
            "[yellow]These orders are older than the rulebooks: the rules as of"
            f" {world.rules_at:%Y-%m-%d} are applied to them, as if they had been in force.[/yellow]"
        )
    elif early:
        console.print(f"The rulebooks are in force from {begins_at:%Y-%m-%d} on; nothing before it fires.")


def _watch(world: World, books: Mapping[str, Rulebook], every: timedelta, console: Console, home: Path) -> Told:
    """Moves the clock from mark to mark: a line at each, and on a terminal a picture in between."""
    from ombud.cli.cells import minutes
    from ombud.store.models import Case
    from ombud.work.loop import tick

    console.print(
        f"\nThe clock goes from {minutes(world.starts_at)} to {minutes(world.ends_at)} UTC in steps of"
        f" {format_span(every)},\npast those in which nothing is due.\n\n"
        "open, held: now · lost: cases by then · 24 h: orders whose timer goes off within 24 h\n"
    )
    console.print(_heading(), style="bold")
    told, drawn = Told(world.starts_at), 0.0
    with _picture(console) as picture:
        for mark in _marks(world):
            for at in _due(told.at, mark, every):
                report = tick(at, books=books, rules_at=world.rules_at)
                told.opened += report.opened
                told.lost += report.closed
                told.open = Case.objects.filter(closed_at=None, route="").count()
                told.at = at
                if told.open > told.fullest[0]:
                    told.fullest = (told.open, at)
                if told.open > GROWN * told.kept[0] and not world.rules_at:
                    told.kept = (told.open, at)
                    _copy(home)
                if picture and time.monotonic() - drawn > 1 / FRAMES_A_SECOND:
                    _look(told)
                    picture.update(_frame(world, told, console), refresh=True)
                    drawn = time.monotonic()
            _look(told)
            console.print(_line(told), no_wrap=True, overflow="ellipsis")
    return told


def _copy(home: Path) -> None:
    """Keeps the store as it is now for the site, with the key that has signed it so far."""
    from django.db import connection

    with contextlib.closing(sqlite3.connect(home / SITE / "ombud.sqlite3")) as site:
        connection.connection.backup(site)
    if (key := home / "ombud.signing.pem").exists():
        shutil.copy(key, home / SITE)


def _serve(world: World, told: Told, home: Path, console: Console) -> int:
    """Hands over to the site. Pages judge by the rules of their own day, so a world older than its books has none."""
    from ombud.domain.instants import format_instant

    if world.rules_at or not told.kept[0]:
        why = "the orders are older than the rulebooks" if world.rules_at else "no order became a case"
        console.print(f"\nThere is no site of this world: {why}.")
        return 0
    (home / SITE / "clock").write_text(format_instant(told.kept[1]), "utf-8")
    own = {"OMBUD_STORE": str(home / SITE / "ombud.sqlite3"), "OMBUD_DEMO": str(home / SITE / "clock")}
    sys.stdout.flush()
    with contextlib.suppress(KeyboardInterrupt):
        return subprocess.call([sys.executable, str(Path(__file__).with_name("site.py"))], env=os.environ | own)
    return 0


def _step(world: World) -> timedelta:
    """Two hours, as the platform refreshes its list (O7), or a multiple where that would make the demo long."""
    every = timedelta(hours=2)
    while (world.ends_at - world.starts_at) / every > STEPS_AT_MOST:
        every += timedelta(hours=2)
    return every


def _marks(world: World) -> list[datetime]:
    """The ends of a dozen stretches of whole days, the last one at the end of the data."""
    days = max(1, round((world.ends_at - world.starts_at).days / 12))
    first = world.starts_at.replace(hour=0, minute=0, second=0, microsecond=0)
    marks = [first + timedelta(days=days * number) for number in range(1, 14)]
    return [mark for mark in marks if mark < world.ends_at] + [world.ends_at]


def _due(last: datetime, until: datetime, every: timedelta) -> Iterator[datetime]:
    """Where the clock stops after `last`: at the first step at or after what comes due next, and at `until`."""
    from ombud.store.due import next_due

    while (due := next_due()) is not None and due < until:
        steps = max(1, -((last - due) // every))  # rounded up
        last = last + steps * every
        if last >= until:
            break
        yield last
    yield until


def _look(told: Told) -> None:
    """Reads from the store what the line and the picture say of `told.at`."""
    from django.db.models import Sum

    from ombud.store.models import Case, Order

    told.paid = Order.objects.filter(paid_at__lte=told.at).count()
    told.ahead = Order.objects.filter(paid_at__lte=told.at, check_at__lte=told.at + 24 * HOUR).count()
    running = Case.objects.filter(closed_at=None).order_by()
    sums = running.values_list("currency").annotate(held=Sum("held_minor"))
    told.held = {currency: int(held) for currency, held in sums}


COLUMNS = (("until", 10), ("orders", 6), ("open", 5), ("lost", 5), ("24 h", 5))


def _heading() -> Text:
    return Text("  ".join(f"{name:>{width}}" for name, width in COLUMNS) + "  money held")


def _line(told: Told) -> Text:
    values = (f"{told.at:%Y-%m-%d}", f"{told.paid:,}", f"{told.open:,}", f"{told.lost:,}", f"{told.ahead:,}")
    cells = "  ".join(f"{value:>{width}}" for value, (_, width) in zip(values, COLUMNS, strict=True))
    held = " ".join(f"{currency} {_short(minor)}" for currency, minor in sorted(told.held.items()))
    return Text(f"{cells}  {held}")


def _short(minor: int) -> str:
    """Minor units of a currency of two decimals, roughly: `1.2M`."""
    amount = minor / 100
    for size, letter in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if amount >= size:
            return f"{amount / size:.3g}{letter}"
    return f"{amount:.0f}"


@contextlib.contextmanager
def _picture(console: Console) -> Iterator[Live | None]:
    if not console.is_terminal:
        yield None
        return
    with Live(console=console, auto_refresh=False, transient=True) as live:
        yield live


def _frame(world: World, told: Told, console: Console) -> RenderableType:
    """The clock, how far it is, and what runs out first."""
    from ombud.cli.cells import minutes
    from ombud.domain.money import format_amount
    from ombud.store.queue import queue

    whole = (world.ends_at - world.starts_at).total_seconds()
    gone = (told.at - world.starts_at).total_seconds()
    bar = ProgressBar(total=whole, completed=gone, width=min(console.width, 78))
    head = Text(f"\n{minutes(told.at)} UTC", style="bold")
    head.append(f"   {told.paid:,} orders paid, {told.open} cases open, {told.ahead} orders fire within 24 h", style="")
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False)
    for name in ("left", "violation", "order", "held"):
        table.add_column(name, no_wrap=True, justify="right" if name == "held" else "left")
    for case in queue(told.at, limit=8):
        held = format_amount(case.held_minor, case.currency)
        left = case.clock.countdown(told.at)
        table.add_row(left.say() if left else "", case.violation, case.order_id[:20], held)
    return Group(head, bar, Text(), table)


def _sum_up(world: World, told: Told, books: Mapping[str, Rulebook], console: Console, home: Path) -> None:
    """The figures of the run, the queue where it was fullest as the command shows it, and what to try next."""
    from ombud.cli import app
    from ombud.domain.instants import format_instant

    console.print()
    console.print(_cases_by_violation())
    console.print(_charged())
    console.print(_nearest(world, books))
    at, fullest = ["--at", format_instant(world.ends_at)], ["--at", format_instant(told.fullest[1])]
    rules = ["--rules-at", format_instant(world.rules_at)] if world.rules_at else []
    if told.opened:
        console.print(f"\nThe queue when it was fullest, with {told.fullest[0]} open cases:")
        _show(console, app, ["cases", *fullest, "--limit", "6"])
        _warn(console, app, home, told.fullest[1], rules)
    first = _first_case(told.fullest[1])
    more = [
        ["cases", *fullest, "--due-within", "24h"],
        *([["case", f"#{first}", *fullest]] if first else []),
        ["health", *at, *rules],
    ]
    for name in sorted(_platforms()):
        ahead = ["--as-of", fullest[1], "--ahead", "48h", *rules, "--out", f"{home}/ahead-{name}.csv"]
        more.append(["scan", "store", "--rulebook", name, *ahead])
    console.print("\n[bold]To look further[/bold]")
    for words in more:
        console.print(f"  OMBUD_STORE={home}/ombud.sqlite3 .venv/bin/ombud {shlex.join(words)}", soft_wrap=True)


def _warn(console: Console, app: Typer, home: Path, at: datetime, rules: list[str]) -> None:
    """What fires next as far as it could be known at that instant: the early warning, by the same scan."""
    from ombud.cli.cells import minutes
    from ombud.domain.instants import format_instant

    rows: list[dict[str, str]] = []
    for platform in sorted(_platforms()):
        file = home / f"ahead-{platform}.csv"
        words = ["scan", "store", "--rulebook", platform, "--as-of", format_instant(at), "--ahead", "48h", *rules]
        with contextlib.redirect_stdout(io.StringIO()):
            _run(app, [*words, "--out", str(file)])
        with file.open(encoding="utf-8", newline="") as found:
            rows += [row for row in csv.DictReader(found) if datetime.fromisoformat(row["fires_at"]) > at]
    rows.sort(key=lambda row: row["fires_at"])
    console.print(f"\nKnown at {minutes(at)} UTC to fire within 48 h if nothing changes: {len(rows)}")
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False)
    for name in ("fires, UTC", "violation", "order", "store"):
        table.add_column(name, no_wrap=True)
    for row in rows[:5]:
        fires_at = minutes(datetime.fromisoformat(row["fires_at"]))
        table.add_row(fires_at, row["violation"], row["order_id"][:20], row["store_id"][:16])
    if rows:
        console.print(table)


def _cases_by_violation() -> Table:
    from django.db.models import Count, Q, Sum

    from ombud.domain.money import format_amount
    from ombud.store.models import Case

    groups = Case.objects.order_by().values_list("platform", "violation", "currency")
    sums = groups.annotate(count=Count("pk"), open=Count("pk", filter=Q(closed_at=None)), held=Sum("held_minor"))
    rows: dict[tuple[str, str], list[tuple[str, int, int, int]]] = {}
    for platform, violation, *rest in sums.order_by("platform", "violation", "currency"):
        rows.setdefault((platform, violation), []).append(tuple(rest))
    table = Table(title="Cases by violation", title_justify="left", title_style="bold", box=None, padding=(0, 2, 0, 0))
    for name in ("", "", "cases", "open", "held when opened"):
        table.add_column(name, justify="right" if name in ("cases", "open") else "left")
    for (platform, violation), parts in rows.items():
        held = "\n".join(format_amount(amount, currency) for currency, _, _, amount in parts)
        table.add_row(platform, violation, f"{sum(p[1] for p in parts):,}", f"{sum(p[2] for p in parts):,}", held)
    totals: dict[str, int] = {}
    for parts in rows.values():
        for currency, _, _, amount in parts:
            totals[currency] = totals.get(currency, 0) + amount
    held = "\n".join(format_amount(amount, currency) for currency, amount in sorted(totals.items()))
    cases = [part for parts in rows.values() for part in parts]
    table.add_row(
        "all", "", f"{sum(p[1] for p in cases):,}", f"{sum(p[2] for p in cases):,}", held or "0", style="bold"
    )
    return table


def _charged() -> str:
    """What the lost cases cost, by the postings of their settlement."""
    from django.db.models import Q, Sum

    from ombud.domain.money import format_amount
    from ombud.store.models import Posting

    # A hold moves between two accounts of the store itself; what leaves them is charged.
    outside = Posting.objects.order_by().exclude(Q(credit="held") | Q(credit="settlement"))
    sums = outside.values_list("currency").annotate(charged=Sum("amount_minor")).order_by("currency")
    charged = ", ".join(format_amount(int(amount), currency) for currency, amount in sums)
    return f"Nobody answers in a demo, so cases are lost by the clock. Charged in all: {charged or 0}."


def _nearest(world: World, books: Mapping[str, Rulebook]) -> Table:
    """Of each platform, the stores that have used up most of a limit of its book."""
    from ombud.domain.health import Standing, percent
    from ombud.store.health import figures_of_all

    table = Table(title_justify="left", title_style="bold", box=None, padding=(0, 2, 0, 0))
    for column in ("store", "figure", "", "of", "", "remaining"):
        table.add_column(column, justify="right" if column in ("of", "remaining") else "left", no_wrap=True)
    counts = []
    for platform in sorted(_platforms()):
        health = figures_of_all(world.ends_at, books[platform], rules_at=world.rules_at)
        found = [(one.closest, one.store_id) for one in health if one.closest is not None and one.closest.share.base]
        found.sort(key=lambda pair: (-pair[0].closeness, pair[1]))
        over = sum(figure.standing is Standing.BEYOND for figure, _ in found)
        counts.append(f"{platform}: {over} of {len(found)} measured")
        for figure, store_id in found[:STORES_SHOWN]:
            style = {Standing.BEYOND: "red", Standing.REACHED: "yellow"}.get(figure.standing, "")
            rate, bound = figure.share.rate, figure.bound.limit or figure.bound.least
            share = "–" if rate is None else f"{percent(rate, bound)} %"
            of = f"{figure.share.part} / {figure.share.base}"
            remaining = "" if figure.headroom is None else str(figure.headroom)
            words = figure.standing.value.replace("_", " ")
            table.add_row(store_id[:16], figure.name, share, of, words, remaining, style=style)
    table.title = f"\nStores over a limit of their book: {', '.join(counts)}"
    return table


def _platforms() -> set[str]:
    from ombud.store.models import Store

    return set(Store.objects.order_by().values_list("platform", flat=True).distinct())


def _first_case(at: datetime) -> int | None:
    from ombud.store.queue import queue

    return next((case.case_id for case in queue(at, limit=1)), None)


def _show(console: Console, app: Typer, words: list[str]) -> None:
    """Runs a command in this process, as it would be typed."""
    console.print(f"[bold]$ ombud {shlex.join(words)}[/bold]", soft_wrap=True)
    _run(app, words)


def _run(app: Typer, words: list[str]) -> None:
    with contextlib.suppress(SystemExit):
        app(words, standalone_mode=False)


if __name__ == "__main__":
    sys.exit(main())
