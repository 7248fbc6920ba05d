"""Hashes what is new in the histories, and seals all heads under a signed checkpoint when that is due.

Both cost what is new: events wait for their hash in a queue that the database fills with them, and a changed head
changes one row on each floor of the tree. A crash loses nothing: an event is in the queue until its hash is written.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

import pyarrow as pa
from django.db import connection, transaction

from ombud.actions.cases import Progress
from ombud.domain import chain as chains
from ombud.domain import merkle
from ombud.domain.chain import ZEROS, canonical, event_hash, text_digest
from ombud.domain.facts import Kind
from ombud.domain.instants import format_instant
from ombud.domain.problems import OmbudError, Problem
from ombud.store import proofs, signing, sql, staging
from ombud.store.database import spoken
from ombud.store.models import Checkpoint
from ombud.store.signing import SigningKey
from ombud.store.staging import Field

BATCH = 20_000
"""Events to a transaction."""
_HEADS_AT_ONCE = 50_000
_NEW = "new_hashes"
_FIELDS = (Field("position", Kind.COUNT), Field("event_id", Kind.COUNT), Field("hash"), Field("bound"))


@dataclass(frozen=True)
class Sealing:
    """What one look at the seals did. `next_at`: when to seal next; `problem`: why nothing can be sealed."""

    chained: int = 0
    checkpoint: Checkpoint | None = None
    next_at: datetime | None = None
    problem: Problem | None = None


def keep_sealed(at: datetime, *, every: timedelta) -> Sealing:
    """Hashes what is new, and seals where the last checkpoint is `every` old or older.

    What keeps the store from being sealed keeps nothing else from being done: it is told. Raises OmbudError where the
    store cannot be used.
    """
    with spoken():
        chained = chain()
        due_at = proofs.next_seal(every)
        if due_at is None or due_at > at:
            return Sealing(chained, next_at=due_at)
        try:
            return Sealing(chained, seal(at, key=signing.signing_key()))
        except OmbudError as error:
            if not {problem.code for problem in error.problems} <= signing.WITHOUT_KEY:
                raise
            return Sealing(chained, problem=error.problems[0])


def chain(*, batch: int = BATCH, progress: Progress | None = None) -> int:
    """Hashes every event that has no hash, each after the one before it in its case; returns how many.

    Where another worker is at it, nothing is done: that one does it. An event whose data cannot be hashed, or whose
    predecessor is missing, stays in the queue, where the audit finds it.
    """
    done, passed = 0, 0
    while True:
        with transaction.atomic():
            if not sql.nobody_else(connection, sql.SEALS):
                return done
            sql.go_by_index(connection)
            last = _last_of_batch(passed, batch)
            if last is None:
                return done
            done += _hash(passed, last)
        passed = last
        if progress:
            progress("events", done, None)


def _last_of_batch(passed: int, batch: int) -> int | None:
    query = f"SELECT event_id FROM unchained_events WHERE event_id > {passed} ORDER BY event_id LIMIT {int(batch)}"
    [(last,)] = proofs.rows(f"SELECT max(event_id) FROM ({query}) waiting")
    return None if last is None else int(last)


def _hash(passed: int, last: int) -> int:
    queue = f"SELECT u.event_id FROM unchained_events u WHERE u.event_id > {passed} AND u.event_id <= {last}"
    steps = proofs.steps(f"e.event_id IN ({queue})")
    first: dict[int, int] = {}
    for step in steps:
        first.setdefault(step.case_id, step.step.seq)
    heads = proofs.heads_before([(case_id, seq) for case_id, seq in first.items() if seq > 1])
    at = {case_id: seq - 1 for case_id, seq in first.items() if seq == 1 or case_id in heads}
    position = proofs.last_position()
    rows: list[tuple[int, int, str, str]] = []
    for step in steps:
        case_id, seq = step.case_id, step.step.seq
        if at.get(case_id) != seq - 1 or step.problem is not None:
            continue
        bound = step.step.bound_digests()
        heads[case_id] = event_hash(heads.get(case_id, ZEROS), step.step.event, bound)
        at[case_id] = seq
        rows.append((position + len(rows) + 1, step.event_id, heads[case_id], canonical(bound)))
    if rows:
        columns = zip(*rows, strict=True)
        table = pa.table({f.name: pa.array(values, f.arrow) for f, values in zip(_FIELDS, columns, strict=True)})
        staging.create(connection, _NEW, _FIELDS)
        for _ in staging.fill(connection, _NEW, _FIELDS, table.to_batches()):
            pass
        with connection.cursor() as cursor:
            names = ", ".join(f.name for f in _FIELDS)
            cursor.execute(f"INSERT INTO event_hashes ({names}) SELECT {names} FROM {_NEW} ORDER BY position")
            cursor.execute(f"DELETE FROM unchained_events WHERE event_id IN (SELECT event_id FROM {_NEW})")
    return len(rows)


def seal(at: datetime, *, key: SigningKey) -> Checkpoint | None:
    """Writes a checkpoint over the heads of all cases, signed with `key`; None where nothing is new since the last one.

    Only what has a hash is sealed (`chain` comes first). A clock that was set back does not make checkpoints run
    backwards. Must be given the key that is meant: `signing.signing_key` sees to it.
    """
    with spoken(), transaction.atomic():
        sql.one_at_a_time(connection, sql.SEALS)
        sql.go_by_index(connection)
        last = proofs.last_checkpoint()
        number = last.checkpoint_id + 1 if last else 1
        events = proofs.last_position()
        if events == (last.events if last else 0):
            return None
        changed, new = _seal_heads(number, last.events if last else 0)
        tree = _grow(number)
        body: dict[str, Any] = {
            "at": format_instant(max(at, last.at) if last else at),
            "cases": new + (last.cases if last else 0),
            "changed": changed,
            "changes": tree.changes,
            "events": events,
            "floors": tree.floors,
            "key": key.public,
            "number": number,
            "previous": text_digest(last.body) if last else ZEROS,
            "root": tree.root.hex(),
        }
        text = canonical(body)
        return Checkpoint.objects.create(
            checkpoint_id=number,
            at=max(at, last.at) if last else at,
            cases=body["cases"],
            events=events,
            root=body["root"],
            previous=body["previous"],
            body=text,
            public_key=key.public,
            signature=key.sign(text),
        )


def _seal_heads(number: int, sealed: int) -> tuple[int, int]:
    """Writes the heads that are new; returns how many, and how many of them are of cases never sealed before."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO sealed_heads (checkpoint_id, case_id, seq, hash)"
            f" SELECT {number}, e.case_id, e.seq, h.hash FROM event_hashes h CROSS JOIN case_events e"
            f" WHERE h.position > {sealed} AND e.event_id = h.event_id AND NOT EXISTS (SELECT 1 FROM case_events f"
            " JOIN event_hashes g ON g.event_id = f.event_id WHERE f.case_id = e.case_id AND f.seq = e.seq + 1)"
        )
        changed = cursor.rowcount
        cursor.execute(
            f"SELECT count(*) FROM sealed_heads s WHERE s.checkpoint_id = {number} AND NOT EXISTS (SELECT 1"
            f" FROM sealed_heads t WHERE t.case_id = s.case_id AND t.checkpoint_id < {number})"
        )
        return changed, int(cursor.fetchone()[0])


@dataclass(frozen=True)
class _Tree:
    root: bytes
    floors: int
    changes: str  # SHA-256 over the heads that changed


def _grow(number: int) -> _Tree:
    """Puts the heads of checkpoint `number` into the tree, row by row and floor by floor."""
    [(floors, highest)] = proofs.rows(
        "SELECT (SELECT coalesce(max(floor), -1) + 1 FROM seal_rows),"
        f" (SELECT max(case_id) FROM sealed_heads WHERE checkpoint_id = {number})"
    )
    high = max(floors, merkle.rows_high(highest))
    changes = sha256()
    roots: dict[int, bytes] = {}
    passed = -1
    while heads := proofs.rows(
        f"SELECT case_id, seq, hash FROM sealed_heads WHERE checkpoint_id = {number} AND case_id > {passed}"
        f" ORDER BY case_id LIMIT {_HEADS_AT_ONCE}"
    ):
        for head in heads:
            changes.update(chains.head_line(*head))
        roots |= _put(0, {case_id: merkle.leaf(case_id, seq, head) for case_id, seq, head in heads})
        passed = heads[-1][0]
    for floor in range(1, high):
        if floor >= floors > 0 and 0 not in roots:  # a tree that grows higher carries the old one under its first slot
            roots |= _put(floor - 1, {0: proofs.tree_rows(floor - 1, [0])[0][: len(merkle.EMPTY)]})
        roots = _put(floor, roots)
    return _Tree(roots[0], high, changes.hexdigest())


def _put(floor: int, values: dict[int, bytes]) -> dict[int, bytes]:
    """Puts hashes at positions of a floor; returns the roots of the rows that changed, by their positions."""
    slots: dict[int, dict[int, bytes]] = {}
    for position, value in values.items():
        row, slot = divmod(position, merkle.SLOTS)
        slots.setdefault(row, {})[slot] = value
    before = proofs.tree_rows(floor, slots)
    rows: dict[int, bytes] = {}
    for position, own in slots.items():
        rows[position] = merkle.with_slots(before.get(position, merkle.EMPTY_ROW), own)
    written: list[Any] = [(floor, position, row) for position, row in sorted(rows.items())]
    with connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO seal_rows (floor, position, hashes) VALUES (%s, %s, %s)"
            " ON CONFLICT (floor, position) DO UPDATE SET hashes = excluded.hashes",
            written,
        )
    return {position: merkle.row_root(row) for position, row in rows.items()}
