"""A text becomes a book, or every fault of it is told at once: with its line, and how to mend it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from pydantic import ValidationError

from ombud.domain.instants import format_instant
from ombud.domain.problems import N_, OmbudError, Problem
from ombud.domain.rulebook.book import BookText, Head, Rulebook
from ombud.domain.rulebook.check import check
from ombud.domain.rulebook.citations import NOTHING, citations
from ombud.domain.rulebook.clauses.evidence import EvidenceItem, EvidenceVersion
from ombud.domain.rulebook.dated import Dated
from ombud.domain.rulebook.layout import clauses, sections
from ombud.domain.rulebook.references import Entries, Entry
from ombud.domain.rulebook.refused import problems_of
from ombud.domain.rulebook.source import Path, Source, read_source
from ombud.domain.rulebook.words import Version


def load(text: str, *, file: str) -> Rulebook:
    """Reads the YAML `text` of a book; `file` is what its errors call it. Raises OmbudError with all problems found."""
    source = read_source(text, file=file)
    if not isinstance(source.plain, dict):
        raise OmbudError(
            Problem("no_book", N_("This is no rulebook."), {}, source.place(()), N_("A book is a map with a name."))
        )
    problems = list(source.problems)
    head = _head(source, problems)
    problems += _keys(source)
    entries: dict[str, tuple[Entry, ...]] = {}
    for name, path, model, written in clauses(source.plain):
        entries[name] = _entries(source, path, model, written, problems)
        problems += citations(source, path, written)
    problems += check(source, entries)
    if problems or head is None:
        raise OmbudError(*sorted(problems, key=lambda p: (p.place.line or 0) if p.place else 0))
    return Rulebook(
        head.name,
        head.title,
        file,
        text,
        hashlib.sha256(text.encode()).hexdigest(),
        {row: said for cited in head.sources for row, said in cited.rows.items()},
        _meanings(entries),
    )


def _head(source: Source, problems: list[Problem]) -> Head | None:
    found = {key: source.plain[key] for key in Head.model_fields if key in source.plain}
    try:
        return Head.model_validate(found)
    except ValidationError as error:
        problems += problems_of(error, source, (), Head)
        return None


def _keys(source: Source) -> list[Problem]:
    """Keys that are missing, unknown or misspelt, down to the names of clauses."""
    known = sections()
    problems = [
        _unknown_key(source, (key,), (*Head.model_fields, *known))
        for key in source.plain
        if key not in known and key not in Head.model_fields
    ]
    problems += [
        Problem("section_missing", N_("The book has no {key}."), {"key": key}, source.place((key,)))
        for key, field in BookText.model_fields.items()
        if key in known and field.is_required() and not source.plain.get(key)
    ]
    for key, section in known.items():
        written = source.plain.get(key)
        if key not in source.plain or (section.names is None and section.spelling is None):
            continue
        if not isinstance(written, dict):
            problems.append(
                Problem("no_clauses", N_("{key} must be a map of clauses."), {"key": key}, source.place((key,)))
            )
        elif section.names is not None:
            problems += [
                _unknown_key(source, (key, name), section.names) for name in written if name not in section.names
            ]
        elif section.spelling is not None:
            for name in written:
                try:
                    section.spelling.validate_python(name)
                except ValidationError as error:
                    problems += problems_of(error, source, (key, name), BookText)
    return problems


def _unknown_key(source: Source, path: Path, known: tuple[str, ...]) -> Problem:
    return Problem(
        "unknown_key",
        N_("There is no {key!r} here."),
        {"key": path[-1], "known": ", ".join(known)},
        source.place(path),
        N_("Known here: {known}."),
    )


def _entries(
    source: Source, path: Path, model: type[Version], written: Any, problems: list[Problem]
) -> tuple[Entry, ...]:
    if not isinstance(written, list) or not written:
        problems.append(
            Problem(
                "no_versions",
                N_("{clause} must be a list of versions, each with from and cite."),
                {"clause": ".".join(map(str, path))},
                source.place(path),
            )
        )
        return ()
    read: list[tuple[Path, Version, Any]] = []
    for index, each in enumerate(written):
        try:
            read.append(((*path, index), model.model_validate(each), each))
        except ValidationError as error:
            problems += problems_of(error, source, (*path, index), model)
            if (mended := _despite(error, each, model)) is not None:
                read.append(((*path, index), mended, each))
    entries: list[Entry] = []
    for place, (at, version, plain) in enumerate(read):
        following = read[place + 1] if place + 1 < len(read) else None
        problems += _dates(source, at, version, following)
        ends = [end for end in (version.until, following[1].valid_from if following else None) if end is not None]
        ends = [end for end in ends if end > version.valid_from]  # others have been said to be wrong
        line = source.place(at).line or 0
        dated = Dated(version.valid_from, min(ends, default=None), version.cite, version, line, plain)
        entries.append(Entry(at, dated, len(read) == len(written)))
    return tuple(entries)


def _despite(error: ValidationError, written: Any, model: type[Version]) -> Version | None:
    """The version without its unknown keys, citing nothing where it does not: so that its other faults show, too."""
    if not isinstance(written, dict):
        return None
    faults = error.errors()
    unknown = {each["loc"][0] for each in faults if each["type"] == "extra_forbidden" and len(each["loc"]) == 1}
    mended = {key: value for key, value in written.items() if key not in unknown}
    if any(each["loc"] == ("cite",) for each in faults):
        mended["cite"] = NOTHING
    try:
        return model.model_validate(mended)
    except ValidationError:
        return None


def _dates(source: Source, path: Path, version: Version, following: tuple[Path, Version, Any] | None) -> list[Problem]:
    problems: list[Problem] = []
    if version.until is not None and version.until <= version.valid_from:
        problems.append(
            Problem(
                "ends_before_start",
                N_("It ends at {until}, not after its beginning at {start}."),
                {"until": format_instant(version.until), "start": format_instant(version.valid_from)},
                source.place((*path, "until")),
            )
        )
    if following is not None:
        start, place = following[1].valid_from, source.place((*following[0], "from"))
        if start <= version.valid_from:
            problems.append(
                Problem(
                    "versions_unsorted",
                    N_("This version begins at {start}, no later than the one before it."),
                    {"start": format_instant(start)},
                    place,
                    N_("Order the versions by from, the oldest first, no two alike."),
                )
            )
        elif version.until is not None and start < version.until:
            problems.append(
                Problem(
                    "versions_overlap",
                    N_("This version begins at {start}, and the one before it ends only at {until}."),
                    {"start": format_instant(start), "until": format_instant(version.until)},
                    place,
                    N_("Leave until out where the next version takes its place."),
                )
            )
    return problems


def _meanings(entries: Entries) -> dict[str, tuple[Dated[Any], ...]]:
    return {
        name: tuple(meaning for entry in clause for meaning in _meaning(entry.dated, entries))
        for name, clause in entries.items()
    }


def _meaning(dated: Dated[Version], entries: Entries) -> list[Dated[Any]]:
    if isinstance(dated.value, EvidenceVersion):
        return _evidence(dated, dated.value, entries)
    untyped: Dated[Any] = dated
    return [replace(untyped, value=dated.value.meaning())]


def _evidence(
    dated: Dated[Any], version: EvidenceVersion, entries: Mapping[str, tuple[Entry, ...]]
) -> list[Dated[Any]]:
    """What is asked for also changes where a kind asked for does: one version is cut at those instants."""
    kinds = {ask.kind: [entry.dated for entry in entries[f"kinds.{ask.kind}"]] for ask in version.asks}
    cuts = {kind.valid_from for each in kinds.values() for kind in each if dated.holds_at(kind.valid_from)}
    starts = sorted({dated.valid_from, *cuts})

    def items(at: datetime) -> tuple[EvidenceItem, ...]:
        titles = {name: next(k.value for k in kind if k.holds_at(at)) for name, kind in kinds.items()}
        return tuple(EvidenceItem(ask.kind, ask.required, ask.where, _title(titles[ask.kind])) for ask in version.asks)

    return [
        replace(dated, valid_from=start, valid_until=end, value=items(start))
        for start, end in zip(starts, [*starts[1:], dated.valid_until], strict=True)
    ]


def _title(kind: Any) -> Any:
    return kind.title
