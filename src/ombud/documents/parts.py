"""What several documents say of a case in the same words: what it is about, its clauses, its money lines."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from ombud.documents.blocks import Block, Cell, Column, Facts, Heading, Line, Table, dim, whole
from ombud.documents.voice import Voice, in_zone, utc
from ombud.domain.case_texts import ACCOUNTS, STATES
from ombud.domain.ledger import BEYOND_HOLD, REST_OF_HOLD
from ombud.domain.money import format_amount
from ombud.domain.problems import N_
from ombud.domain.rulebook import Dated, Rulebook
from ombud.store import books
from ombud.store.case_file import CaseFile

PAGES = N_("page {page} of {pages}")


def title(file: CaseFile, book: Rulebook, voice: Voice) -> str:
    """What opened the case, in the words of its book; of what is no dispute of the book, the place that decides it."""
    case = file.case
    clause = f"routes.{case.route}" if case.route else f"violations.{case.violation}"
    found = books.version(book, clause, case.fires_at)
    return voice.text(found.value.title) if found else case.route or case.violation


def status(file: CaseFile, book: Rulebook, voice: Voice) -> str:
    """Our word for where the case stood, with the platform's own beside it where it has one."""
    state = str(file.standing.state)
    ours, theirs = voice.named(STATES, state), books.word_for(book, state, file.case.opened_at)
    return ours if theirs == state or file.case.route else f"{ours} ({theirs})"


def about(file: CaseFile, book: Rulebook, voice: Voice) -> list[tuple[str, Cell]]:
    """The case, its order and its store, as names with values."""
    _, case, store = voice.say, file.case, file.store
    rows: list[tuple[str, Cell]] = [
        (_("case"), f"#{case.case_id}"),
        (_("order"), whole(case.order_id)),
        (_("store"), (whole(store.store_id), dim(f"{store.platform} · {store.site} · {store.country}"))),
    ]
    if case.tracking_number:
        rows.append((_("parcel"), (whole(case.tracking_number), dim(carrier(book, case.carrier or "", case.fires_at)))))
    if case.complaint_id:
        rows.append((_("complaint"), whole(case.complaint_id)))
    rows += [
        (_("fired"), two_zones(case.fires_at, store.timezone)),
        (_("case opened"), two_zones(case.opened_at, store.timezone)),
        (_("state"), status(file, book, voice)),
    ]
    return rows


def two_zones(instant: datetime, zone: str) -> tuple[Line, Line]:
    """An instant in UTC, and below it on the wall clock of a store."""
    return utc(instant), dim(in_zone(instant, zone))


def carrier(book: Rulebook, slug: str, at: datetime) -> str:
    """The name of a carrier as the book has it."""
    found = books.version(book, f"carriers.{slug}", at)
    return found.value.title if found else slug


def line_titles(version: Dated[Any] | None, voice: Voice) -> dict[str, str]:
    """The titles of a money clause's lines by their names; only the text as written has them."""
    return {line["name"]: line["title"][voice.language] for line in version.written["lines"]} if version else {}


def line_title(name: str, clause: str, book: Rulebook, voice: Voice) -> str:
    """The title of a posting's line, also where it is one that the ledger itself adds to those of the book."""
    titles = line_titles(books.cited(book, clause), voice)
    for ending, words in _ENDINGS.items():
        if name.endswith(ending) and name.removesuffix(ending) in titles:
            return voice.say(words).format(line=titles[name.removesuffix(ending)])
    return titles.get(name) or voice.named(_OWN_LINES, name)


_ENDINGS = {BEYOND_HOLD: N_("{line}, beyond the hold")}
_OWN_LINES = {REST_OF_HOLD: N_("rest of the hold")}


def account(name: str, book: Rulebook | None, voice: Voice) -> str:
    """An account of the ledger; that of another process is called as the book calls the place."""
    if name.startswith("routes.") and book is not None and (versions := book.clauses.get(name)):
        return voice.text(versions[-1].value.title)
    return voice.named(ACCOUNTS, name)


def postings(file: CaseFile, book: Rulebook, voice: Voice) -> Table:
    """The money of one case, posting by posting."""
    _ = voice.say
    columns = (
        Column(_("instant"), 5),
        Column(_("line"), 6),
        Column(_("from → to"), 6),
        Column(_("amount"), right=True),
    )
    rows = [
        (
            utc(posting.at),
            (line_title(posting.line, posting.clause, book, voice), dim(posting.clause)),
            f"{account(posting.debit, book, voice)} → {account(posting.credit, book, voice)}",
            format_amount(posting.amount_minor, posting.currency),
        )
        for posting in file.postings
    ]
    return Table(columns, rows)


def clauses(book: Rulebook, names: Iterable[str], at: datetime, voice: Voice) -> Iterator[Block]:
    """The clauses that a document rests on: each with its version, the rows it cites, and what these say.

    names: with a version, `triggers.no_first_scan@2026-03-12`, or without: then the version that holds at `at`.
    """
    rows: list[tuple[str, Cell]] = []
    for name in dict.fromkeys(names):
        path, _, day = name.partition("@")
        version = books.cited(book, name) if day else books.version(book, path, at)
        if version is None:
            continue
        said = [f"{row}: {voice.say(book.rows[row])}" for row in version.cite.split(", ") if row in book.rows]
        rows.append((f"{path}@{version.valid_from.date().isoformat()}", tuple(said)))
    if rows:
        yield Heading(voice.say(N_("Clauses")))
        yield Table(
            (Column(voice.say(N_("clause and version")), 3), Column(voice.say(N_("what its source says")), 5)),
            [(whole(name), said) for name, said in rows],
        )
        yield Facts(((voice.say(N_("rulebook")), (book.title.speak(voice.language), dim_digest(book.digest))),))


def dim_digest(digest: str) -> Line:
    """A SHA-256 as it is written everywhere."""
    return whole(f"SHA-256 {digest}")
