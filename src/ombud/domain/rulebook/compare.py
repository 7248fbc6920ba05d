"""What changes from one book to another: clause by clause, and from which instant each change bites."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal, TypeAlias

from ombud.domain.rulebook.book import Rulebook
from ombud.domain.rulebook.dated import Dated

ChangeKind: TypeAlias = Literal["added", "removed", "changed", "recited"]
_AROUND = frozenset({"from", "until", "cite", "note"})


@dataclass(frozen=True)
class Detail:
    """One value within a clause, by its dotted path there; None: not there. An empty path is the clause itself."""

    path: str
    before: Any
    after: Any


@dataclass(frozen=True)
class Change:
    """What is different about `clause` from `valid_from` until before `valid_until` (None: until further notice).

    kind: `added`, there was nothing in force; `removed`, there is nothing any more; `changed`; `recited`, only the rows
    that it cites are others. `before` and `after` are the values as the books have them, without dates and citation.
    """

    clause: str
    kind: ChangeKind
    valid_from: datetime
    valid_until: datetime | None
    before: Any
    after: Any
    cite_before: str
    cite_after: str
    details: tuple[Detail, ...]


def compare(old: Rulebook, new: Rulebook) -> tuple[Change, ...]:
    """Every difference between two books, in the order of the new book's clauses; then those that only the old one has.

    A clause whose versions begin at other instants gives a change for each stretch of time in which the two differ.
    Notes, order of versions and the sources' wording are no difference.
    """
    names = [*new.clauses, *(name for name in old.clauses if name not in new.clauses)]
    return tuple(change for name in names for change in _changes(name, old, new))


def _changes(name: str, old: Rulebook, new: Rulebook) -> Iterator[Change]:
    before, after = _written(old.clauses.get(name, ())), _written(new.clauses.get(name, ()))
    instants = sorted({at for version in (*before, *after) for at in (version.valid_from, version.valid_until) if at})
    changes: list[Change] = []
    for start, until in zip(instants, [*instants[1:], None], strict=True):
        change = _change(name, start, until, _at(before, start), _at(after, start))
        if change is None:
            continue
        last = changes[-1] if changes else None
        if last is not None and last == replace(change, valid_from=last.valid_from, valid_until=start):
            changes[-1] = replace(last, valid_until=until)
        else:
            changes.append(change)
    yield from changes


def _written(versions: Sequence[Dated[Any]]) -> list[Dated[Any]]:
    """One version for each as written: a clause may have been cut where another one that it leans on changes."""
    whole: list[Dated[Any]] = []
    for version in versions:
        if whole and whole[-1].written is version.written:
            whole[-1] = Dated(
                whole[-1].valid_from, version.valid_until, version.cite, None, version.line, version.written
            )
        else:
            whole.append(version)
    return whole


def _at(versions: Sequence[Dated[Any]], at: datetime) -> Dated[Any] | None:
    return next((version for version in versions if version.holds_at(at)), None)


def _change(
    name: str, start: datetime, until: datetime | None, old: Dated[Any] | None, new: Dated[Any] | None
) -> Change | None:
    before, after = bare(old), bare(new)
    cites = (old.cite if old else "", new.cite if new else "")
    kind: ChangeKind
    if before != after:
        kind = "added" if old is None else "removed" if new is None else "changed"
    elif cites[0] != cites[1]:
        kind = "recited"
    else:
        return None
    details = tuple(_details(before, after, "")) if kind == "changed" else ()
    return Change(name, kind, start, until, before, after, *cites, details)


def bare(version: Dated[Any] | None) -> Any:
    """What a version says, as written, without its dates, citation and note; the value alone where that is all."""
    if version is None:
        return None
    said = {key: value for key, value in version.written.items() if key not in _AROUND}
    only = next(iter(said), "")
    return said[only] if len(said) == 1 and only in ("value", "values") else said


def _details(before: Any, after: Any, path: str) -> Iterator[Detail]:
    if before == after:
        return
    old, new = _parts(before), _parts(after)
    if old is None or new is None:
        yield Detail(path, before, after)
        return
    for key in [*old, *(key for key in new if key not in old)]:
        yield from _details(old.get(key), new.get(key), f"{path}.{key}" if path else key)


def _parts(value: Any) -> dict[str, Any] | None:
    """A map by its keys, a list of maps by what names each, a list of words by themselves; None for anything else."""
    if isinstance(value, dict):
        return value
    if isinstance(value, list) and value and all(isinstance(each, dict) for each in value):
        names = [next((str(each[key]) for key in ("name", "kind", "to") if key in each), "") for each in value]
        if "" not in names and len(set(names)) == len(names):
            return dict(zip(names, value, strict=True))
    return None
