"""The site that `make demo` ends with: sellers, an operator and a buyer's link on a world whose clock can be moved.

It runs on a store of its own, which demo.py has filled up to some instant; OMBUD_STORE and OMBUD_DEMO name it and the
file of its clock. At a terminal it serves until Ctrl-C; elsewhere it shows that the pages answer, and ends.
"""

from __future__ import annotations

import argparse
import os
import shlex
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from itertools import cycle
from pathlib import Path

os.environ["DJANGO_SETTINGS_MODULE"] = "ombud.web.settings"

import ombud.store.ready  # noqa: F401 (sets Django up)

# isort: split
import answered
from django.db.models import Count
from rich.console import Console
from rich.table import Table

from ombud.actions import people
from ombud.domain.instants import format_instant, parse_instant
from ombud.domain.roles import ROLES, Role, Side
from ombud.people.models import Holding, Organisation
from ombud.store import books, database, report_links
from ombud.store.models import Order, Store

PASSWORD = "the clock leads"  # noqa: S105 (it opens the demo, and nothing else)
SELLERS = ("Lumen", "Stahl", "Karavan")
SHARED = ("Lumen", "Lumen", "Stahl", "Lumen", "Karavan")
"""Who is given the busiest store, the next, and so on: one seller has enough to look at."""
MARKET = "Market"
SHOWN: tuple[tuple[str, Role, str], ...] = (
    ("Lumen", Role.OWNER, "owner@lumen.example"),
    ("Lumen", Role.AGENT, "agent@lumen.example"),
    ("Lumen", Role.READER, "reader@lumen.example"),
    ("Stahl", Role.OWNER, "owner@stahl.example"),
    ("Karavan", Role.OWNER, "owner@karavan.example"),
    (MARKET, Role.ADMIN, "admin@market.example"),
    (MARKET, Role.REVIEWER, "reviewer@market.example"),
    (MARKET, Role.FINANCE, "finance@market.example"),
    (MARKET, Role.READER, "reader@market.example"),
)
"""Who may log in: a role in an organisation, and the address."""
ACTOR = "demo"
PORTS = range(8000, 8100)
STARTS_WITHIN_S = 60


def main() -> int:
    """Founds the organisations where there are none yet, and serves; 1 where the pages do not answer."""
    parser = argparse.ArgumentParser(description="The site of the demo.")
    parser.add_argument("--port", type=int, help="default: the first free one from 8000 on")
    chosen = parser.parse_args()
    clock = Path(os.environ["OMBUD_DEMO"])
    at = parse_instant(clock.read_text("utf-8").strip())
    database.prepare()
    if not Organisation.objects.exists():
        _found(at)
        sellers = {
            one.store_id: f"owner@{one.organisation.name.lower()}.example"
            for one in Holding.objects.select_related("organisation")
        }
        at = answered.someones_work(at, sellers=sellers, reviewer="reviewer@market.example", books=books.in_use())
        clock.write_text(format_instant(at), "utf-8")
    address = f"http://127.0.0.1:{chosen.port or _free_port()}"
    console = Console(highlight=False)
    _tell(console, address, at)
    command = [str(Path(sys.executable).with_name("ombud")), "serve", "--port", address.rpartition(":")[2]]
    if sys.stdout.isatty():
        console.print("Ctrl-C ends it.")
        os.execv(command[0], command)  # noqa: S606 (Ctrl-C then ends the server itself)
    with _served(command, address):
        for path in ("/alive/", "/accounts/login/"):
            if not _answers(address + path):
                console.print(f"{path} does not answer.")
                return 1
    again = [f"{name}={os.environ[name]}" for name in ("OMBUD_STORE", "OMBUD_DEMO")]
    console.print(
        f"The pages answered; there is no terminal to stay for, so the server is stopped. Again:\n"
        f"  {' '.join(map(shlex.quote, again))} .venv/bin/ombud serve",
        soft_wrap=True,
    )
    return 0


def _found(at: datetime) -> None:
    """Three sellers, each with stores on every platform there is, and the operator of the marketplace."""
    found = {name: people.found(name, Side.SELLER, at=at, actor=ACTOR) for name in SELLERS}
    found[MARKET] = people.found(MARKET, Side.OPERATOR, at=at, actor=ACTOR)
    busy = Store.objects.annotate(cases=Count("case")).order_by("platform", "-cases", "store_id")
    for platform in Store.objects.order_by("platform").values_list("platform", flat=True).distinct():
        given = zip(busy.filter(platform=platform).values_list("store_id", flat=True), cycle(SHARED), strict=False)
        stores: dict[str, list[str]] = {}
        for store_id, name in given:
            stores.setdefault(name, []).append(store_id)
        for name, theirs in stores.items():
            people.hold(found[name], theirs, at=at, actor=ACTOR)
    for name, role, email in SHOWN:
        offered = people.invite(found[name], email, role, at=at, actor=ACTOR)
        people.join(offered, at=at, name=email.partition("@")[0].title(), password=PASSWORD)


def _tell(console: Console, address: str, at: datetime) -> None:
    console.print(f"\n[bold]The site[/bold]: {address}/  where it is {at:%Y-%m-%d %H:%M} UTC: a bar on top moves it.")
    table = Table(box=None, padding=(0, 2, 0, 2), pad_edge=False)
    for heading in ("log in as", "who that is"):
        table.add_column(heading, no_wrap=True)
    for name, role, email in SHOWN:
        table.add_row(email, f"{name}, {ROLES[role]}")
    console.print(table)
    console.print(f"The password of all of them: [bold]{PASSWORD}[/bold]")
    if order_id := _reportable(at):
        console.print("A buyer reports a problem, without a login, at")
        console.print(f"  {address}/report/{report_links.token(order_id)}/", soft_wrap=True, markup=False)


def _reportable(at: datetime) -> str | None:
    """An order without a case that came a few days ago."""
    lately = Order.objects.filter(delivered_at__range=(at - timedelta(days=5), at - timedelta(days=1)), case=None)
    order = lately.order_by("store__platform", "-delivered_at", "order_id").first()
    return order.order_id if order else None


def _free_port() -> int:
    for port in PORTS:
        with socket.socket() as tried:
            tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                tried.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise SystemExit("No port from 8000 to 8099 is free: give one by --port.")


@contextmanager
def _served(command: list[str], address: str) -> Iterator[None]:
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        ends_at = time.monotonic() + STARTS_WITHIN_S
        while server.poll() is None and time.monotonic() < ends_at and not _answers(f"{address}/alive/"):
            time.sleep(0.1)
        yield
    finally:
        server.terminate()
        server.wait()


def _answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=30) as answer:  # noqa: S310 (it is ours)
            return bool(answer.status == 200)
    except (urllib.error.URLError, TimeoutError, ConnectionError):
        return False


if __name__ == "__main__":
    sys.exit(main())
