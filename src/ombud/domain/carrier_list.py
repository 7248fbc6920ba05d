"""The monthly list of accepted carriers (O4): read from what somebody pasted, and written into a book as a version."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from difflib import get_close_matches

from ombud.domain.instants import format_instant
from ombud.domain.problems import N_, OmbudError, Place, Problem
from ombud.domain.rulebook import Dated, Rulebook, compare, load

CLAUSE = "lists.accepted_carriers"
_COLUMN = "carrier"
_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_READ_AS_SOMETHING_ELSE = re.compile(r"[0-9]+|null|true|false")
_MOST = 5_000


def read_list(text: str, known: Collection[str], *, file: str, may_be_new: bool) -> tuple[str, ...]:
    """The carriers of a CSV with a column `carrier`, or of a plain list, one or several to a line; `#` starts a remark.

    known: carriers that a book or a parcel names. may_be_new: others are meant as they stand. Raises OmbudError with
    every fault, its line and the mend.
    """
    problems: list[Problem] = []
    lines: dict[str, int] = {}
    for line, slug in _cells(text):
        place = Place(file, line)
        problem = _problem(slug, lines.get(slug), known, place, may_be_new=may_be_new)
        if problem is not None:
            problems.append(problem)
        lines.setdefault(slug, line)
    if not lines:
        text = N_("The list names no carrier.")
        problems.append(Problem("no_carriers", text, {}, Place(file), N_("Write one carrier on each line: cdek.")))
    if len(lines) > _MOST:
        problems.append(Problem("too_many", N_("More than {count} carriers stand here."), {"count": _MOST}))
    if problems:
        raise OmbudError(*problems[:50], more=max(len(problems) - 50, 0))
    return tuple(lines)


def _cells(text: str) -> Iterator[tuple[int, str]]:
    column: int | None = None
    first = True
    rows = csv.reader(line.partition("#")[0].replace(";", ",").replace("\t", ",") for line in text.splitlines())
    for number, row in enumerate(rows, 1):
        cells = [cell.strip().removeprefix("\ufeff") for cell in row]
        if first and any(cells):
            first = False
            if _COLUMN in [cell.lower() for cell in cells]:
                column = [cell.lower() for cell in cells].index(_COLUMN)
                continue
        for cell in cells if column is None else cells[column : column + 1]:
            if cell:
                yield number, cell


def _problem(slug: str, first: int | None, known: Collection[str], place: Place, *, may_be_new: bool) -> Problem | None:
    if first is not None:
        text = N_("{carrier} stands here a second time; the first is in line {first}.")
        return Problem("carrier_twice", text, {"carrier": slug, "first": first}, place, N_("Keep one of them."))
    near = next(iter(get_close_matches(slug.lower(), list(known), n=1, cutoff=0.75)), "")
    if not _SLUG.fullmatch(slug):
        text = N_("{carrier} is no name of a carrier.")
        mend = (
            N_("Did you mean {near}?")
            if near
            else N_("Write it small, in Latin letters, with hyphens: ozon-logistics.")
        )
        return Problem("no_carrier_name", text, {"carrier": slug, "near": near}, place, mend)
    if slug in known or may_be_new:
        return None
    text = N_("No rulebook and no parcel knows the carrier {carrier}.")
    mend = (
        N_("Did you mean {near}? If it is another one, tick that new names are meant.")
        if near
        else N_("If it is right, tick that new names are meant.")
    )
    return Problem("unknown_to_all", text, {"carrier": slug, "near": near}, place, mend)


def list_at(book: Rulebook, at: datetime) -> Dated[tuple[str, ...]] | None:
    """The list in force at an instant; None: the book has none then."""
    return next((version for version in book.clauses.get(CLAUSE, ()) if version.holds_at(at)), None)


def with_list(book: Rulebook, carriers: Sequence[str], valid_from: datetime, *, note: str = "") -> Rulebook:
    """The book with one version more of its list, the rest of its text untouched.

    Raises OmbudError where the book has no list, has one from that very instant, or is not laid out as a version to a
    dash.
    """
    versions = book.clauses.get(CLAUSE, ())
    if not versions:
        raise OmbudError(Problem("no_list", N_("The rulebook {book} has no list of carriers."), {"book": book.name}))
    if any(version.valid_from == valid_from for version in versions):
        raise OmbudError(
            Problem(
                "list_there",
                N_("A list from {at} on is there already."),
                {"at": format_instant(valid_from)},
                mend=N_("Choose another instant."),
            )
        )
    lines = book.text.splitlines(keepends=True)
    later = next((version.line for version in versions if version.valid_from > valid_from), None)
    at_line = _end(lines, versions[-1].line) if later is None else later - 1
    text = "".join([*lines[:at_line], _version(lines, versions[-1], carriers, valid_from, note), *lines[at_line:]])
    try:
        found = load(text, file=book.file)
    except OmbudError:
        raise _not_written(book) from None
    if {change.clause for change in compare(book, found)} - {CLAUSE} or _values(found, valid_from) != tuple(carriers):
        raise _not_written(book)
    return found


def _values(book: Rulebook, at: datetime) -> tuple[str, ...]:
    version = list_at(book, at)
    return tuple(version.value) if version else ()


def _end(lines: Sequence[str], line: int) -> int:
    """How many lines there are up to the end of the version whose dash is in `line`, without blank ones after it."""
    dash = _indent(lines[line - 1])
    end = line
    for number in range(line, len(lines)):
        if not lines[number].strip():
            continue
        if _indent(lines[number]) <= dash:
            break
        end = number + 1
    return end


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


def _version(
    lines: Sequence[str], beside: Dated[tuple[str, ...]], carriers: Sequence[str], valid_from: datetime, note: str
) -> str:
    before = lines[beside.line - 1]
    newline = "\r\n" if before.endswith("\r\n") else "\n"
    margin = " " * _indent(before)
    cites = beside.cite if ", " not in beside.cite else f"[{beside.cite}]"
    values = ", ".join(json.dumps(one) if _READ_AS_SOMETHING_ELSE.fullmatch(one) else one for one in carriers)
    keys = [f"from: {format_instant(valid_from).removesuffix('T00:00:00Z')}", f"cite: {cites}"]
    keys += [f"note: {json.dumps(' '.join(note.split()), ensure_ascii=False)}"] if note.strip() else []
    keys.append(f"values: [{values}]")
    start = "" if not lines[-1:] or lines[-1].endswith("\n") else newline  # (a text whose last line is not ended)
    return start + margin + "- " + f"{newline}{margin}  ".join(keys) + newline


def _not_written(book: Rulebook) -> OmbudError:
    text = N_("The list cannot be written into the text of the rulebook {book}.")
    mend = N_("Write it into the YAML by hand, and put that in force as a rulebook.")
    return OmbudError(Problem("list_not_written", text, {"book": book.name}, mend=mend))
