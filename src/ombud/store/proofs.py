"""What a proof is made of, read in sets: steps with what they brought about, hashes, sealed heads, checkpoints."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction

from ombud.domain import chain, merkle
from ombud.domain.chain import Step
from ombud.domain.problems import N_, OmbudError, Problem
from ombud.domain.proof import OPENING, STANDING
from ombud.store import sql, staging
from ombud.store.models import Checkpoint, EventHash

_IDS_AT_ONCE = 10_000


@dataclass(frozen=True, slots=True)
class StoredStep:
    """A step as the store has it. `problem`: why its data cannot be hashed, where that is so."""

    event_id: int
    case_id: int
    step: Step
    position: int | None = None
    problem: Problem | None = None


@contextmanager
def one_view() -> Iterator[None]:
    """Everything read inside is of one instant of the store, and nobody waits for it."""
    if connection.in_atomic_block or connection.vendor == "sqlite":
        with staging.apart(connection):
            yield
        return
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield


def rows(query: str) -> list[tuple[Any, ...]]:
    """What `query` gives."""
    with connection.cursor() as cursor:
        cursor.execute(query)
        return list(cursor.fetchall())


def steps(where: str) -> list[StoredStep]:
    """The events `e` for which `where` holds, by case and number, with all that is hashed with them."""
    found = rows(
        f"SELECT e.event_id, e.case_id, e.seq, e.kind, {_at('e.at')}, e.actor, {_json('e.data')},"
        " h.position, h.hash, h.bound"
        f" FROM case_events e LEFT JOIN event_hashes h ON h.event_id = e.event_id WHERE {where}"
        " ORDER BY e.case_id, e.seq"
    )
    datas: list[Any] = []
    problems: dict[int, Problem] = {}
    for row in found:
        try:
            datas.append(chain.read(row[6]))
        except OmbudError as error:
            problems[row[0]] = error.problems[0]
            datas.append({})
    postings = _postings(where)
    rulings = rulings_named(_named(datas, "ruling_id"))
    submissions = submissions_named(_named(datas, "submission_id"))
    result = []
    for row, data in zip(found, datas, strict=True):
        event_id, case_id, seq, kind, at, actor, _, position, head, kept = row
        bound: dict[str, Any] = {}
        if event_id in postings:
            bound["postings"] = postings[event_id]
        if isinstance(data, Mapping):
            for part, name, named in (("ruling", "ruling_id", rulings), ("submission", "submission_id", submissions)):
                if name in data:
                    # one that is named and is not there must not count as one that was never named
                    bound[part] = named.get(data[name], {"missing": data[name]}) if data[name] is not None else None
        event = {"case_id": case_id, "seq": seq, "kind": kind, "at": at, "actor": actor, "data": data}
        step = Step(event, bound, chain.read(kept) if kept is not None else None, head)
        result.append(StoredStep(event_id, case_id, step, position, problems.get(event_id)))
    return result


def _at(expression: str) -> str:
    return sql.iso(connection, expression)


def _json(expression: str) -> str:
    return expression if connection.vendor == "sqlite" else f"{expression}::text"


def _named(datas: Iterable[Any], name: str) -> list[int]:
    found = {data[name] for data in datas if isinstance(data, Mapping) and isinstance(data.get(name), int)}
    return sorted(found)


def _postings(where: str) -> Mapping[int, list[dict[str, Any]]]:
    """Event -> the postings that it caused, by line."""
    names = ("posting_id", "case_id", "store_id", "line", "debit", "credit", "currency", "amount_minor", "clause")
    found: dict[int, list[dict[str, Any]]] = defaultdict(list)
    columns = ", ".join(f"p.{name}" for name in names)
    for cause, at, *values in rows(
        f"SELECT p.cause_id, {_at('p.at')}, {columns} FROM case_events e CROSS JOIN postings p"
        f" WHERE p.cause_id = e.event_id AND {where} ORDER BY p.cause_id, p.line"
    ):
        found[cause].append({**dict(zip(names, values, strict=True)), "at": at})
    for postings in found.values():
        postings.sort(key=lambda posting: str(posting["line"]))  # databases sort text by rules of their own
    return found


def _by_ids(query: str, column: str, ids: Sequence[int]) -> Iterator[tuple[Any, ...]]:
    for start in range(0, len(ids), _IDS_AT_ONCE):
        some = ", ".join(str(int(one)) for one in ids[start : start + _IDS_AT_ONCE])
        yield from rows(f"{query} WHERE {column} IN ({some}) ORDER BY {column}")


_RULING = ("case_id", "submission_id", "seq", "outcome", "decision", "actor", "reason", "digest")


def rulings_named(ids: Sequence[int]) -> dict[int, dict[str, Any]]:
    """Ruling -> its columns, but for the record, which its digest stands for."""
    columns = ", ".join(f"r.{name}" for name in _RULING)
    return {
        ruling_id: {"ruling_id": ruling_id, **dict(zip(_RULING, values, strict=True)), "at": at}
        for ruling_id, at, *values in _by_ids(
            f"SELECT r.ruling_id, {_at('r.at')}, {columns} FROM rulings r", "r.ruling_id", ids
        )
    }


def submissions_named(ids: Sequence[int]) -> dict[int, dict[str, Any]]:
    """Submission -> its columns and its pieces, each with the hash of its file."""
    found: dict[int, dict[str, Any]] = {
        submission_id: {
            "submission_id": submission_id,
            "case_id": case_id,
            "seq": seq,
            "received_at": received_at,
            "actor": actor,
            "pieces": [],
        }
        for submission_id, case_id, seq, received_at, actor in _by_ids(
            f"SELECT s.submission_id, s.case_id, s.seq, {_at('s.received_at')}, s.actor FROM submissions s",
            "s.submission_id",
            ids,
        )
    }
    for submission_id, position, name, kind, language, sha256, stated, findings in _by_ids(
        f"SELECT p.submission_id, p.position, p.name, p.kind, p.language, p.file_id, {_json('p.stated')},"
        f" {_json('p.findings')} FROM pieces p",
        "p.submission_id",
        list(found),
    ):
        found[submission_id]["pieces"].append(
            {
                "position": position,
                "name": name,
                "kind": kind,
                "language": language,
                "sha256": sha256,
                "stated": chain.read(stated),
                "findings": chain.read(findings),
            }
        )
    for submission in found.values():
        submission["pieces"].sort(key=lambda piece: int(piece["position"]))
    return found


def heads_before(wanted: Sequence[tuple[int, int]]) -> dict[int, str]:
    """(case, number of a step) -> the case and the hash of the step before it, where it has one."""
    found: dict[int, str] = {}
    for start in range(0, len(wanted), _IDS_AT_ONCE // 4):
        pairs = ", ".join(f"({int(case)}, {int(seq) - 1})" for case, seq in wanted[start : start + _IDS_AT_ONCE // 4])
        found.update(
            rows(
                f"SELECT e.case_id, h.hash FROM (VALUES {pairs}) w CROSS JOIN case_events e CROSS JOIN event_hashes h"
                " WHERE e.case_id = w.column1 AND e.seq = w.column2 AND h.event_id = e.event_id"
            )
        )
    return found


def columns(where: str) -> dict[int, dict[str, Any]]:
    """Case -> what the case `c` says of itself that its history can vouch for, instants as text."""
    names = [name for name in (*STANDING, *OPENING) if name != "rulebook"]
    own = ", ".join(_at(f"c.{name}") if name.endswith("_at") else f"c.{name}" for name in names)
    return {
        case_id: dict(zip((*names, "rulebook"), values, strict=True))
        for case_id, *values in rows(f"SELECT c.case_id, {own}, c.rulebook_id FROM cases c WHERE {where}")
    }


def last_checkpoint() -> Checkpoint | None:
    """The newest one."""
    return Checkpoint.objects.order_by("-checkpoint_id").first()


def last_position() -> int:
    """How many events have a hash."""
    return EventHash.objects.order_by("-position").values_list("position", flat=True).first() or 0


def next_seal(every: timedelta) -> datetime | None:
    """When hashes that are new are to be sealed; None where there are none. The first ones are due at once."""
    last = last_checkpoint()
    oldest_new = EventHash.objects.filter(position__gt=last.events if last else 0).order_by("position")
    first_at = oldest_new.values_list("event__at", flat=True).first()
    return last.at + every if last and first_at else first_at


def sealed_heads(where: str) -> dict[int, list[tuple[int, int, str]]]:
    """Case -> (checkpoint, step, hash) of each of its heads that was sealed, the oldest first; `where` is over `s`."""
    found: dict[int, list[tuple[int, int, str]]] = defaultdict(list)
    for case_id, *head in rows(
        f"SELECT s.case_id, s.checkpoint_id, s.seq, s.hash FROM sealed_heads s WHERE {where}"
        " ORDER BY s.case_id, s.checkpoint_id"
    ):
        found[case_id].append((head[0], head[1], head[2]))
    return found


def tree_rows(floor: int, positions: Iterable[int]) -> dict[int, bytes]:
    """Rows of the tree under the last checkpoint, those that are there, by position."""
    wanted = sorted(positions)
    return {
        position: bytes(hashes)
        for position, hashes in _by_ids(
            f"SELECT r.position, r.hashes FROM (SELECT * FROM seal_rows WHERE floor = {int(floor)}) r",
            "r.position",
            wanted,
        )
    }


def path_of(case_id: int, floors: int) -> list[bytes]:
    """The hashes beside the way from a case to the root of the last checkpoint.

    Raises OmbudError where the tree is not whole; sealing anew does not mend that, restoring the store does.
    """
    path: list[bytes] = []
    position = case_id
    for floor in range(floors):
        position, slot = divmod(position, merkle.SLOTS)
        row = tree_rows(floor, [position]).get(position)
        if row is None:
            raise OmbudError(
                Problem(
                    "broken_tree",
                    N_("The tree of the last checkpoint lacks the row {position} on floor {floor}."),
                    {"position": position, "floor": floor},
                    mend=N_("`ombud audit` tells what else was changed."),
                )
            )
        path += merkle.row_path(row, slot)
    return path
