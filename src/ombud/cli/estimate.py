"""`ombud estimate`: what the cases of a month may cost a store, and what to mend first."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from ombud.cli import estimate_page, say
from ombud.cli.say import _
from ombud.domain.instants import parse_instant
from ombud.domain.problems import N_, OmbudError, Problem
from ombud.domain.rulebook import Rulebook
from ombud.rulebooks import open_book
from ombud.scan import sources
from ombud.scan.folder import known_at
from ombud.simulate.assumptions import SHIPPED, open_assumptions
from ombud.simulate.estimate import estimate as reckon
from ombud.simulate.month import Folder, Month, Stored, read_month, stored_cases
from ombud.simulate.past import Reader
from ombud.simulate.sellers import Sellers
from ombud.store import books, database
from ombud.store.health import find_store


class Makers(StrEnum):
    """Who makes the documents in the platform's language."""

    OWN = "own"
    CONTRACTOR = "contractor"
    CERTIFIED = "certified"


def estimate(
    source: Annotated[str, typer.Argument(metavar="STORE|SOURCE", help="A store of Ombud, or a folder of facts.")],
    days: Annotated[int, typer.Option(min=1, max=366, help="How many days of orders and cases to go by.")] = 30,
    at: Annotated[
        str | None, typer.Option(metavar="INSTANT", help="The days up to then; default: now, or the end of the facts.")
    ] = None,
    language: Annotated[
        Makers | None, typer.Option(help="Who makes the documents: own, contractor or certified.")
    ] = None,
    assume: Annotated[
        str, typer.Option(metavar="FILE", help="How sellers answer; default: what ships with Ombud.")
    ] = SHIPPED,
    rulebook: Annotated[
        str | None, typer.Option(metavar="NAME_OR_FILE", help="Of a folder: the rulebook that finds its cases.")
    ] = None,
    store: Annotated[str | None, typer.Option(help="Of a folder: only this store; default: all of them.")] = None,
    mapping: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Of a folder: the .sql file that turns it into facts.")
    ] = None,
    rules_at: Annotated[
        str | None, typer.Option(metavar="INSTANT", help="Put the rules in force then to all facts.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Estimate the cases of a month, what they may cost, and what to mend first. It decides no case."""
    instant = parse_instant(at) if at else None
    rules = parse_instant(rules_at) if rules_at else None
    assumptions = open_assumptions(assume)
    if Path(source).is_dir():
        book = _book_of_folder(rulebook)
        assumptions.check_for(book)
        month = _of_folder(Path(source), book, instant, days, store, mapping, rules)
    else:
        _refuse_of_folder(rulebook, store, mapping)
        book, month = _of_store(source, instant or datetime.now(UTC), days)
        assumptions.check_for(book)
    sellers = Sellers(assumptions, book, seed=0, rules_at=rules)
    found = reckon(month, book, sellers, language=language.value if language else None, rules_at=rules)
    if as_json:
        told = {"name": assumptions.name, "digest": assumptions.digest}
        say.print_json({"assumptions": told, **estimate_page.as_json(found)})
    else:
        estimate_page.show(found, book, f"{source}: {store}" if store else source, assumptions)


def _book_of_folder(rulebook: str | None) -> Rulebook:
    if rulebook is None:
        raise OmbudError(
            Problem(
                "no_rulebook",
                N_("A folder of facts does not say which rulebook finds its cases."),
                mend=N_("Name one with --rulebook: ozon, shopify, or the YAML file of a book."),
            )
        )
    return open_book(rulebook)


def _refuse_of_folder(rulebook: str | None, store: str | None, mapping: Path | None) -> None:
    if rulebook or store or mapping:
        raise OmbudError(
            Problem(
                "options_apart",
                N_("--rulebook, --store and --mapping go with a folder of facts, not with a store of Ombud."),
                mend=N_("Leave them out, or name a folder that is there."),
            )
        )


def _of_folder(
    folder: Path,
    book: Rulebook,
    at: datetime | None,
    days: int,
    store: str | None,
    mapping: Path | None,
    rules_at: datetime | None,
) -> Month:
    with (
        say.progress(_("Estimating")) as progress,
        sources.folder(folder, mapping=mapping, progress=progress) as facts,
    ):
        at = at or known_at(facts.connection) or datetime.now(UTC)
        if store is not None:
            _refuse_unknown(Folder(facts.connection), book, store)
        since = at - timedelta(days=days)
        past = Reader(facts, rules_at=rules_at).read(book, since=since, until=at)
        cases = [case for case in past.cases if case.fires_at > since and store in (None, case.store_id)]
        return read_month(Folder(facts.connection), book, at=at, days=days, store_id=store, cases=cases, ruled=False)


def _refuse_unknown(asked: Folder, book: Rulebook, store: str) -> None:
    rows = asked.rows("SELECT store_id, platform FROM stores ORDER BY store_id")
    known = [str(name) for name, platform in rows if platform == book.name]
    if store not in known:
        raise OmbudError(
            Problem(
                "unknown_store",
                N_("There is no store {store_id!r}."),
                {"store_id": store, "near": ", ".join(known[:5])},
                mend=N_("The nearest names are: {near}."),
            )
        )


def _of_store(store_id: str, at: datetime, days: int) -> tuple[Rulebook, Month]:
    database.prepare()
    with database.spoken():
        platform = find_store(store_id).platform
        book = books.in_use().get(platform) or open_book(platform)
        cases = stored_cases(book, at=at, days=days, store_id=store_id)
        return book, read_month(Stored(), book, at=at, days=days, store_id=store_id, cases=cases, ruled=True)
