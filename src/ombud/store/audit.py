"""Verifies the whole store: hashes, chains, standings, rulings, checkpoints and the tree, in the memory of one page."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from django.db import connection

from ombud.domain import merkle
from ombud.domain.chain import Misfit, first_misfit, head_line, read, text_digest
from ombud.domain.problems import N_, Problem
from ombud.domain.proof import Verifies, checkpoint_problem, standing_misfit
from ombud.store import proofs, signing, sql
from ombud.store.proofs import StoredStep

PAGE = 1_024
"""Numbers of cases to a page: a multiple of the slots of a row."""
MOST_TOLD = 20
_HEADS_AT_ONCE = 50_000

Progress = Callable[[str, int, int | None], None]


@dataclass
class Audit:
    """What was verified, and what does not fit: the first ones by checkpoint, then by case, and how many in all.

    keys: the public keys that signed, in turn, each with its first checkpoint. unchained: events without a hash.
    unsealed: events, those included, that no checkpoint closes yet.
    """

    cases: int = 0
    events: int = 0
    checkpoints: int = 0
    unchained: int = 0
    unsealed: int = 0
    sealed_at: str | None = None
    keys: dict[str, int] = field(default_factory=dict)
    misfits: list[Misfit] = field(default_factory=list)
    found: int = 0

    def tell(self, misfit: Misfit) -> None:
        """Counts one, and keeps it where it is one of the first."""
        self.found += 1
        if len(self.misfits) < MOST_TOLD:
            self.misfits.append(misfit)


def audit_store(
    *, keys: frozenset[str] | None = None, verifies: Verifies = signing.verifies, progress: Progress | None = None
) -> Audit:
    """Reads everything once, as of one instant. keys: the public keys (base64) that may have signed; None: any one."""
    told = Audit()
    with proofs.one_view():
        strays = list(_strays())  # whole tables: before everything else is found by index
        sql.go_by_index(connection)
        last = _checkpoints(told, keys, verifies)
        _cases(told, last, progress)
    for stray in strays:
        told.tell(stray)
    return told


def _checkpoints(told: Audit, keys: frozenset[str] | None, verifies: Verifies) -> Mapping[str, Any] | None:
    names = ("checkpoint_id", "cases", "events", "root", "previous", "body", "public_key", "signature")
    before: dict[str, Any] | None = None
    at = sql.iso(connection, "at")
    while found := proofs.rows(
        f"SELECT {', '.join(names)}, {at} FROM checkpoints"
        f" WHERE checkpoint_id > {before['checkpoint_id'] if before else 0} ORDER BY checkpoint_id LIMIT 1000"
    ):
        for values in found:
            row = dict(zip((*names, "at"), values, strict=True))
            problem = checkpoint_problem(row, before, verifies=verifies, keys=keys) or _changes_problem(row)
            if problem:
                told.tell(Misfit(problem))
            told.checkpoints += 1
            told.keys.setdefault(row["public_key"], row["checkpoint_id"])
            before = row
    told.sealed_at = before["at"] if before else None
    return before


def _changes_problem(row: Mapping[str, Any]) -> Problem | None:
    """Whether the heads kept for a checkpoint are those that it signed."""
    number, passed, changed, changes = row["checkpoint_id"], -1, 0, sha256()
    while heads := proofs.rows(
        f"SELECT case_id, seq, hash FROM sealed_heads WHERE checkpoint_id = {int(number)} AND case_id > {passed}"
        f" ORDER BY case_id LIMIT {_HEADS_AT_ONCE}"
    ):
        for head in heads:
            changes.update(head_line(*head))
        changed += len(heads)
        passed = heads[-1][0]
    body = read(row["body"])
    if (body.get("changed"), body.get("changes")) == (changed, changes.hexdigest()):
        return None
    text = N_("Checkpoint {number}: the heads kept for it are not those that it sealed.")
    return Problem("checkpoint_differs", text, {"number": number})


def _cases(told: Audit, last: Mapping[str, Any] | None, progress: Progress | None) -> None:
    tree = _Tree(told)
    growing = merkle.Growing(tree.whole)
    heads = steps_sealed = 0
    [(total,)] = proofs.rows("SELECT count(*) FROM cases")
    for page in _pages():
        steps = _by_case(proofs.steps(page.format(case="e.case_id")))
        sealed = proofs.sealed_heads(page.format(case="s.case_id"))
        columns = proofs.columns(page.format(case="c.case_id"))
        named = _rulings_and_submissions(page)
        for case_id in sorted(steps.keys() | sealed.keys() | columns.keys()):
            own, closed = steps.get(case_id, []), sealed.get(case_id, [])
            told.cases += 1
            told.events += len(own)
            misfit = _case(case_id, own, [head[1:] for head in closed], columns.get(case_id), named.get(case_id, {}))
            if misfit is not None:
                told.tell(misfit)
            told.unchained += sum(step.step.kept_hash is None for step in own)
            if closed:
                heads += 1
                steps_sealed += closed[-1][1]
                growing.add(case_id, merkle.leaf(case_id, *closed[-1][1:]))
        if progress:
            progress("cases", told.cases, total)
    told.unsealed = max(told.events - steps_sealed, 0)
    root = growing.root().hex()
    tree.compare()
    if last is None:
        if heads:
            told.tell(Misfit(Problem("checkpoint_differs", N_("There are sealed heads, but no checkpoint."))))
        return
    if (root, heads, steps_sealed) != (last["root"], last["cases"], last["events"]):
        text = N_("Checkpoint {number}: it was signed over other heads than those that are there.")
        told.tell(Misfit(Problem("checkpoint_differs", text, {"number": last["checkpoint_id"]})))


def _pages() -> Iterator[str]:
    """Conditions over the number of a case, written `{case}`, page by page; pages without cases are passed over."""
    start = 0
    tables = ("cases", "case_events", "sealed_heads")
    while True:
        firsts = ", ".join(f"(SELECT min(case_id) FROM {table} WHERE case_id >= {start})" for table in tables)
        found = [first for first in proofs.rows(f"SELECT {firsts}")[0] if first is not None]
        if not found:
            return
        start = min(found) // PAGE * PAGE
        yield f"{{case}} >= {start} AND {{case}} < {start + PAGE}"
        start += PAGE


def _by_case(steps: list[StoredStep]) -> dict[int, list[StoredStep]]:
    found: dict[int, list[StoredStep]] = {}
    for step in steps:
        found.setdefault(step.case_id, []).append(step)
    return found


@dataclass
class _Named:
    """What the events of a case must name: its rulings, each with whether its record is what its digest is of, and its
    submissions."""

    rulings: dict[int, bool] = field(default_factory=dict)
    submissions: set[int] = field(default_factory=set)


def _rulings_and_submissions(page: str) -> dict[int, Any]:
    found: dict[int, _Named] = {}
    for ruling_id, case_id, record, digest in proofs.rows(
        f"SELECT ruling_id, case_id, record, digest FROM rulings WHERE {page.format(case='case_id')} ORDER BY case_id"
    ):
        found.setdefault(case_id, _Named()).rulings[ruling_id] = text_digest(record) == digest
    for submission_id, case_id in proofs.rows(
        f"SELECT submission_id, case_id FROM submissions WHERE {page.format(case='case_id')} ORDER BY case_id"
    ):
        found.setdefault(case_id, _Named()).submissions.add(submission_id)
    return found


def _case(
    case_id: int,
    stored: list[StoredStep],
    sealed: list[tuple[int, str]],
    columns: Mapping[str, Any] | None,
    named: Any,
) -> Misfit | None:
    """The first thing about a case that does not fit."""
    steps = [step.step for step in stored]
    for step in stored:
        if step.problem is not None:
            text = N_("Case {case}, step {seq}: its data cannot be hashed: {reason}")
            values = {"case": case_id, "seq": step.step.seq, "reason": step.problem.say()}
            return Misfit(Problem("history_differs", text, values), case_id, step.step.seq)
    misfit = first_misfit(case_id, steps, sealed)
    if misfit is None and columns is None:
        misfit = Misfit(
            Problem("standing_differs", N_("Case {case} has a history but is not there."), {"case": case_id})
        )
    if misfit is None and columns is not None:
        misfit = standing_misfit(case_id, steps, columns)
    if misfit is None and named:
        misfit = _unnamed(case_id, steps, named)
    return misfit


def _unnamed(case_id: int, steps: list[Any], named: _Named) -> Misfit | None:
    by_events = {
        name: {step.event["data"].get(name): step.seq for step in reversed(steps)}
        for name in ("ruling_id", "submission_id")
    }
    for ruling_id, whole in sorted(named.rulings.items()):
        seq = by_events["ruling_id"].get(ruling_id)
        values = {"case": case_id, "seq": seq, "ruling": ruling_id}
        if seq is None:
            text = N_("Case {case}: no step of its history knows ruling {ruling}.")
            return Misfit(Problem("ruling_differs", text, values), case_id)
        if not whole:
            text = N_("Case {case}, step {seq}: the record of ruling {ruling} is not the one that its digest is of.")
            return Misfit(Problem("ruling_differs", text, values), case_id, seq)
    for submission_id in sorted(named.submissions - by_events["submission_id"].keys()):
        text = N_("Case {case}: no step of its history knows submission {submission}.")
        values = {"case": case_id, "submission": submission_id}
        return Misfit(Problem("submission_differs", text, values), case_id)
    return None


class _Tree:
    """Compares the rows of the tree that is kept with those that the heads give, some hundred at a time."""

    def __init__(self, told: Audit) -> None:
        self._told = told
        self._rows: dict[tuple[int, int], bytes] = {}

    def whole(self, floor: int, position: int, row: bytes) -> None:
        self._rows[floor, position] = row
        if len(self._rows) >= 512:
            self.compare()

    def compare(self) -> None:
        """Tells each row that was kept and is another one."""
        for floor in sorted({floor for floor, _ in self._rows}):
            kept = proofs.tree_rows(floor, [position for at, position in self._rows if at == floor])
            for (at, position), row in self._rows.items():
                if at == floor and kept.get(position) != row:
                    text = N_("The tree kept for the next checkpoint differs in row {position} of floor {floor}.")
                    self._told.tell(Misfit(Problem("tree_differs", text, {"position": position, "floor": floor})))
        self._rows.clear()


_STRAYS = {
    N_("The hash {number} is of an event that is not there."): (
        "SELECT h.position FROM event_hashes h LEFT JOIN case_events e ON e.event_id = h.event_id"
        " WHERE e.event_id IS NULL ORDER BY 1"
    ),
    N_("The posting {number} was caused by an event that is not there."): (
        "SELECT p.posting_id FROM postings p LEFT JOIN case_events e ON e.event_id = p.cause_id"
        " WHERE e.event_id IS NULL ORDER BY 1"
    ),
    N_("The posting {number} is of another case than the event that caused it."): (
        "SELECT p.posting_id FROM postings p JOIN case_events e ON e.event_id = p.cause_id"
        " WHERE e.case_id <> p.case_id ORDER BY 1"
    ),
    N_("{number} hashes are missing among those that were written."): (
        "SELECT max(position) - count(*) FROM event_hashes HAVING max(position) > count(*)"
    ),
}


def _strays() -> Iterator[Misfit]:
    for text, query in _STRAYS.items():
        for (number,) in proofs.rows(f"{query} LIMIT {MOST_TOLD}"):
            yield Misfit(Problem("stray", text, {"number": number}))
    for digest, name, text in proofs.rows(
        "SELECT digest, name, text FROM rulebook_versions WHERE text <> '' ORDER BY digest"
    ):
        if text_digest(text) != digest:
            said = N_("The rulebook {name} that is kept under {digest} is another one.")
            yield Misfit(Problem("rulebook_differs", said, {"name": name, "digest": digest}))
