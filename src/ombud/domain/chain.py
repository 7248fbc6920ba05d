"""The chain of a case's history: every event is hashed together with what it brought about and the hash before it.

The form that is hashed does not depend on the database: what SQLite keeps as text and PostgreSQL as `jsonb` comes out
the same. JSON may hold strings, whole numbers and fractions of up to `MOST_DIGITS` digits, true, false, null, lists and
objects; a number counts by its value (1.0 is 1), an object by its pairs (their order and blanks do not count).
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from hashlib import sha256
from typing import Any

from ombud.domain.problems import N_, OmbudError, Problem

ZEROS = "0" * 64
"""Stands where the hash before the first one would be."""
MOST_DIGITS = 300
"""Before and after the point of a number. What has more is no figure of ours."""

_EVENT = b"ombud event\n"


def read(text: str) -> Any:
    """JSON text -> its value; a number with a fraction is a Decimal, any other number an int.

    Raises OmbudError where it is no JSON or holds a number that has no canonical form.
    """
    try:
        return _READS.decode(text)
    except ValueError as error:
        raise _not_canonical(str(error)) from None


def canonical(value: Any) -> str:
    """The one text of a JSON value, as `read` gives it: keys sorted, no blanks, no exponents, nothing escaped that need
    not be."""
    try:
        return _WRITES.encode(value)
    except TypeError:  # it holds a fraction: rare, and the quick way does not know Decimal
        return _written(value)


def readable(value: Any) -> str:
    """The same for people: a line for each pair. `read` gives the same value back."""
    return _written(value, "\n") + "\n"


def digest(value: Any) -> str:
    """SHA-256 of the canonical text, in hexadecimal."""
    return text_digest(canonical(value))


def text_digest(text: str) -> str:
    """SHA-256 of a text in UTF-8, in hexadecimal."""
    return sha256(_bytes(text)).hexdigest()


@dataclass(frozen=True, slots=True)
class Step:
    """One event with what it brought about, as plain values.

    `event`: case_id, seq, kind, at (ISO 8601, UTC), actor, data. `bound`: part -> its rows: `postings` (those that the
    event caused, by line), `ruling` and `submission` (those that its data names). `kept_bound` and `kept_hash`: what
    was written when it was hashed; None where that is still to come.
    """

    event: Mapping[str, Any]
    bound: Mapping[str, Any]
    kept_bound: Mapping[str, str] | None = None
    kept_hash: str | None = None

    @property
    def seq(self) -> int:
        """The number of the step within its case."""
        return int(self.event["seq"])

    def bound_digests(self) -> dict[str, str]:
        """Part -> digest of its rows; a part without rows is left out."""
        return {part: digest(rows) for part, rows in self.bound.items() if rows}


def event_hash(previous: str, event: Mapping[str, Any], bound: Mapping[str, str]) -> str:
    """The hash of an event, over it, the digests of what it brought about, and the hash before it in its case."""
    body = canonical({**event, "bound": bound})
    return sha256(_EVENT + previous.encode() + b"\n" + _bytes(body)).hexdigest()


def head_line(case_id: int, seq: int, head: str) -> bytes:
    """What a changed head adds to the digest of the changes that a checkpoint signs."""
    return f"{case_id}:{seq}:{head}\n".encode()


@dataclass(frozen=True, slots=True)
class Misfit:
    """What does not fit: the problem, and where it stands. None: it is about no single case or step."""

    problem: Problem
    case_id: int | None = None
    seq: int | None = None


_PARTS = {
    "postings": N_("Case {case}, step {seq}: its postings are not those that were hashed with it."),
    "ruling": N_("Case {case}, step {seq}: its ruling is not the one that was hashed with it."),
    "submission": N_("Case {case}, step {seq}: its submission is not the one that was hashed with it."),
}


def first_misfit(case_id: int, steps: Sequence[Step], sealed: Sequence[tuple[int, str]] = ()) -> Misfit | None:
    """The first step of one case that is not what was hashed or sealed; None where all fit.

    steps: all of the case, in the order of `seq`. sealed: (seq, hash) of the heads that checkpoints closed. Steps at
    the end that have no hash yet are no misfit.
    """
    previous: str | None = ZEROS
    promised = dict(sealed)
    for expected, step in enumerate(steps, start=1):
        found = _misfit(step, expected, previous, promised.pop(expected, None))
        if found is not None:
            text, values = found
            seq = min(expected, step.seq)
            return Misfit(Problem("history_differs", text, {"case": case_id, "seq": seq, **values}), case_id, seq)
        previous = step.kept_hash
    for seq in sorted(promised):
        text = N_("Case {case}: step {seq} is sealed by a checkpoint and is not there.")
        return Misfit(Problem("history_differs", text, {"case": case_id, "seq": seq}), case_id, seq)
    return None


def _misfit(
    step: Step, expected: int, previous: str | None, promised: str | None
) -> tuple[str, dict[str, object]] | None:
    if step.seq != expected:
        return N_("Case {case}: step {found} stands where step {expected} belongs."), {
            "found": step.seq,
            "expected": expected,
        }
    if step.kept_hash is None or step.kept_bound is None:
        if promised is not None:
            return N_("Case {case}, step {seq}: it is sealed by a checkpoint, but its hash is gone."), {}
        return None
    if previous is None:
        return N_("Case {case}, step {seq}: it is hashed, but the step before it is not."), {}
    bound = step.bound_digests()
    for part, text in _PARTS.items():
        if bound.get(part) != step.kept_bound.get(part):
            return text, {}
    if event_hash(previous, step.event, step.kept_bound) != step.kept_hash:
        return N_("Case {case}, step {seq}: the event is not the one that was hashed ({kind} at {at} by {actor})."), {
            name: step.event[name] for name in ("kind", "at", "actor")
        }
    if promised is not None and promised != step.kept_hash:
        return N_("Case {case}, step {seq}: its hash is not the one that a checkpoint sealed."), {}
    return None


def _whole(text: str) -> int:
    if len(text.lstrip("-")) > MOST_DIGITS + 1:
        raise ValueError(text[:20])
    return int(text)


def _number(text: str) -> Decimal | int:
    """`1.50` -> 1.5, `1e3` -> 1000; exact whatever its length."""
    number = Decimal(text)
    if number.adjusted() > MOST_DIGITS or int(number.as_tuple().exponent) < -MOST_DIGITS:
        raise ValueError(text[:20])
    plain = format(number, "f")
    if "." in plain:
        plain = plain.rstrip("0").rstrip(".")
    return Decimal(plain) if "." in plain else int(plain)


def _refuse(text: str) -> Any:
    raise ValueError(text)


def _not_canonical(text: str) -> OmbudError:
    return OmbudError(Problem("not_canonical", N_("This JSON cannot be hashed: {text}."), {"text": text}))


def _written(value: Any, line: str = "") -> str:
    """`line`: what begins a line, the indent included; empty: everything on one."""
    inner = f"{line}  " if line else ""
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, Mapping):
        colon = ": " if line else ":"
        parts = [f"{_written(key)}{colon}{_written(value[key], inner)}" for key in sorted(value)]
        return "{" + _joined(parts, inner, line) + "}"
    if isinstance(value, list | tuple):
        return "[" + _joined([_written(one, inner) for one in value], inner, line) + "]"
    return json.dumps(value, ensure_ascii=False, allow_nan=False)


def _joined(parts: Sequence[str], inner: str, line: str) -> str:
    return f"{inner}{f',{inner}'.join(parts)}{line}" if parts else ""


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


# Made once: `json.loads` and `json.dumps` make theirs anew for each of the millions of values of an audit.
_READS = json.JSONDecoder(parse_float=_number, parse_int=_whole, parse_constant=_refuse)
_WRITES = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
