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
from ombud.domain.rulebook.clauses.evidence import EvidenceItem, EvidenceVersion
from ombud.domain.rulebook.dated import Dated
from ombud.domain.rulebook.layout import clauses, sections
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
    problems += _unknown_keys(source)
    versions: dict[str, tuple[Dated[Version], ...]] = {}
    for name, path, model, written in clauses(source.plain):
        versions[name] = _versions(source, path, model, written, problems)
    problems += check(source, head, versions)
    if problems or head is None:
        raise OmbudError(*sorted(problems, key=lambda p: (p.place.line or 0) if p.place else 0))
    return Rulebook(
        head.name,
        head.title,
        file,
        text,
        hashlib.sha256(text.encode()).hexdigest(),
        {row: said for cited in head.sources for row, said in cited.rows.items()},
        _meanings(versions),
    )


def _head(source: Source, problems: list[Problem]) -> Head | None:
    found = {key: source.plain[key] for key in Head.model_fields if key in source.plain}
    try:
        return Head.model_validate(found)
    except ValidationError as error:
        problems += problems_of(error, source, (), Head)
        return None


def _unknown_keys(source: Source) -> list[Problem]:
    known = sections()
    problems = [
        _unknown_key(source, (key,), (*Head.model_fields, *known))
        for key in source.plain
        if key not in known and key not in Head.model_fields
    ]
    for key, field in BookText.model_fields.items():
        if key in known and field.is_required() and not source.plain.get(key):
            problems.append(
                Problem("section_missing", N_("The book has no {key}."), {"key": key}, source.place((key,)))
            )
    for key, names in known.items():
        written = source.plain.get(key)
        if written is None or (names is None and isinstance(written, list)):
            continue
        if not isinstance(written, dict):
            wanted = N_("{key} must be a map of clauses.") if names is not None else N_("{key} must hold clauses.")
            problems.append(Problem("no_clauses", wanted, {"key": key}, source.place((key,))))
        elif names is not None:
            problems += [_unknown_key(source, (key, name), names) for name in written if name not in names]
    return problems


def _unknown_key(source: Source, path: Path, known: tuple[str, ...]) -> Problem:
    return Problem(
        "unknown_key",
        N_("There is no {key!r} here."),
        {"key": path[-1], "known": ", ".join(known)},
        source.place(path),
        N_("Known here: {known}."),
    )


def _versions(
    source: Source, path: Path, model: type[Version], written: Any, problems: list[Problem]
) -> tuple[Dated[Version], ...]:
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
    return tuple(_dated(source, read, problems))


def _dated(source: Source, read: list[tuple[Path, Version, Any]], problems: list[Problem]) -> list[Dated[Version]]:
    dated: list[Dated[Version]] = []
    for place, (path, version, written) in enumerate(read):
        following = read[place + 1][1].valid_from if place + 1 < len(read) else None
        until = version.until
        if until is not None and until <= version.valid_from:
            problems.append(
                Problem(
                    "ends_before_start",
                    N_("It ends at {until}, not after its beginning at {start}."),
                    {"until": format_instant(until), "start": format_instant(version.valid_from)},
                    source.place((*path, "until")),
                )
            )
        if following is not None and following <= version.valid_from:
            problems.append(_overlap(source, read[place + 1][0], following, version.valid_from))
        elif following is not None and until is not None and following < until:
            problems.append(_overlap(source, read[place + 1][0], following, until))
        ends = [end for end in (until, following) if end is not None]
        line = source.place(path).line or 0
        dated.append(Dated(version.valid_from, min(ends, default=None), version.cite, version, line, written))
    return dated


def _overlap(source: Source, path: Path, start: datetime, before: datetime) -> Problem:
    return Problem(
        "versions_overlap",
        N_(
            "This version begins at {start}, while the one before it holds until after that or begins no earlier ({before})."
        ),
        {"start": format_instant(start), "before": format_instant(before)},
        source.place((*path, "from")),
        N_("Order the versions by from, the oldest first, no two alike."),
    )


def _meanings(versions: Mapping[str, tuple[Dated[Version], ...]]) -> dict[str, tuple[Dated[Any], ...]]:
    return {
        name: tuple(
            meaning
            for dated in clause
            for meaning in (
                _evidence(dated, versions)
                if isinstance(dated.value, EvidenceVersion)
                else [replace(dated, value=dated.value.meaning())]
            )
        )
        for name, clause in versions.items()
    }


def _evidence(
    dated: Dated[Version], versions: Mapping[str, tuple[Dated[Version], ...]]
) -> list[Dated[tuple[EvidenceItem, ...]]]:
    """What is asked for also changes where a kind asked for does: one version is cut at those instants."""
    assert isinstance(dated.value, EvidenceVersion)  # noqa: S101 (for the type checker)
    asks = dated.value.asks
    kinds = {ask.kind: versions[f"kinds.{ask.kind}"] for ask in asks}
    cuts = {kind.valid_from for each in kinds.values() for kind in each if dated.holds_at(kind.valid_from)}
    starts = sorted({dated.valid_from, *cuts})
    ends = [*starts[1:], dated.valid_until]
    return [
        replace(
            dated,
            valid_from=start,
            valid_until=end,
            value=tuple(
                EvidenceItem(ask.kind, ask.required, ask.where, _at(kinds[ask.kind], start).title) for ask in asks
            ),
        )
        for start, end in zip(starts, ends, strict=True)
    ]


def _at(versions: tuple[Dated[Version], ...], at: datetime) -> Any:
    return next(version.value for version in versions if version.holds_at(at))
