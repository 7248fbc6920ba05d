"""What holds of a proof wherever it is read: a case stands where its history says, a checkpoint is what was signed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any

from ombud.domain.cases import Event, EventKind, Standing, fold
from ombud.domain.chain import ZEROS, Misfit, Step, canonical, read, text_digest
from ombud.domain.instants import format_instant, parse_instant
from ombud.domain.problems import N_, OmbudError, Problem

Verifies = Callable[[str, str, str], bool]
"""(public key, signature, body) -> whether the key signed it; the first two in base64."""

STANDING = tuple(field.name for field in fields(Standing))
"""The columns of a case that its history decides."""
OPENING = ("order_id", "violation", "carrier", "tracking_number", "fires_at", "currency", "clause", "rulebook")
"""The columns that the first event tells, where it tells them."""


def standing_misfit(case_id: int, steps: Sequence[Step], columns: Mapping[str, Any]) -> Misfit | None:
    """The first column of a case that is not what the fold of its history says; None where all are.

    columns: `STANDING` and `OPENING` by name, instants as ISO 8601 text in UTC.
    """
    try:
        events = [
            Event(step.seq, EventKind(step.event["kind"]), parse_instant(step.event["at"]), step.event["data"])
            for step in steps
        ]
        standing = fold(events)
    except OmbudError as error:
        problem = error.problems[0]
        return _misfit(case_id, N_("Case {case}: its history is no history: {reason}"), {"reason": problem.say()})
    except (KeyError, TypeError, ValueError) as error:
        return _misfit(case_id, N_("Case {case}: its history is no history: {reason}"), {"reason": repr(error)})
    told = {name: _plain(getattr(standing, name)) for name in STANDING}
    first = steps[0].event["data"]
    told |= {name: first[name] for name in OPENING if name in first}
    for name, value in told.items():
        if columns.get(name) != value:
            values = {"name": name, "found": columns.get(name), "expected": value}
            return _misfit(case_id, N_("Case {case}: {name} is {found}, but its history says {expected}."), values)
    return None


def _misfit(case_id: int, text: str, values: Mapping[str, object]) -> Misfit:
    return Misfit(Problem("standing_differs", text, {"case": case_id, **values}), case_id)


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return format_instant(value)
    return str(value) if isinstance(value, str) else value


def checkpoint_problem(
    row: Mapping[str, Any], before: Mapping[str, Any] | None, *, verifies: Verifies, keys: frozenset[str] | None
) -> Problem | None:
    """What is wrong with a checkpoint; None where nothing is.

    row: checkpoint_id, at (ISO 8601), cases, events, root, previous, body, public_key, signature. before: the one
    before it. keys: the public keys that may have signed; None: any, as long as it is always the same.
    """
    number = row["checkpoint_id"]
    wrong = _wrong(row, before, verifies, keys)
    return Problem("checkpoint_differs", wrong, {"number": number, "key": row["public_key"]}) if wrong else None


def _wrong(
    row: Mapping[str, Any], before: Mapping[str, Any] | None, verifies: Verifies, keys: frozenset[str] | None
) -> str:
    if not verifies(row["public_key"], row["signature"], row["body"]):
        return N_("Checkpoint {number}: the signature is not one of the key {key} over it.")
    body = read(row["body"])
    told = {
        "at": row["at"],
        "cases": row["cases"],
        "events": row["events"],
        "key": row["public_key"],
        "number": row["checkpoint_id"],
        "previous": row["previous"],
        "root": row["root"],
    }
    if canonical(body) != row["body"] or any(body.get(name) != value for name, value in told.items()):
        return N_("Checkpoint {number}: it does not say what was signed.")
    if keys is not None and row["public_key"] not in keys:
        return N_("Checkpoint {number}: it was signed by the key {key}, which is none of those given.")
    return _wrong_after(row, before, any_key=keys is not None)


def _wrong_after(row: Mapping[str, Any], before: Mapping[str, Any] | None, *, any_key: bool) -> str:
    if row["checkpoint_id"] != (before["checkpoint_id"] + 1 if before else 1):
        return N_("Checkpoint {number}: the one before it is not there.")
    if row["previous"] != (text_digest(before["body"]) if before else ZEROS):
        return N_("Checkpoint {number}: it follows another one than the one before it.")
    if before is None:
        return ""
    if parse_instant(row["at"]) < parse_instant(before["at"]) or row["events"] <= before["events"]:
        return N_("Checkpoint {number}: it goes back behind the one before it.")
    if row["public_key"] != before["public_key"] and not any_key:
        return N_("Checkpoint {number}: from here on another key signs, {key}. Who knows both names them.")
    return ""
