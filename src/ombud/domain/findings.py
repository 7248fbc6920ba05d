"""Findings on their way in and out of JSON: whoever checked a piece hands them over as data."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, get_args

from ombud.domain.evidence import Finding, Outcome
from ombud.domain.problems import N_, OmbudError, Place, Problem
from ombud.domain.rulebook.clauses.reasons import Fault

CHECKS: tuple[str, ...] = get_args(Fault)
"""What can be checked: the faults that a book may have a code for."""
_TEXTS = ("code", "field", "value")
_FIELDS = ("check", "outcome", *_TEXTS, "confidence", "source")


def read_findings(data: object, *, file: str = "") -> tuple[Finding, ...]:
    """A list of objects {check, outcome, code?, field?, value?, confidence?, source?} -> findings.

    Raises OmbudError with every fault; `file` and the number of the finding name its place.
    """
    if not isinstance(data, list):
        raise OmbudError(
            Problem(
                "no_findings",
                N_("Findings come as a list of objects."),
                place=Place(file),
                mend=N_('Write [{{"check": "wrong_language", "outcome": "failed"}}].'),
            )
        )
    problems = [
        Problem(problem.code, problem.text, problem.values, Place(file, row=row), problem.mend)
        for row, one in enumerate(data, start=1)
        for problem in _problems(one)
    ]
    if problems:
        raise OmbudError(*problems)
    return tuple(_finding(one) for one in data)


def plain_findings(findings: Sequence[Finding]) -> list[dict[str, Any]]:
    """As the store and JSON have them; `read_findings` reads them back."""
    return [{name: getattr(one, name) for name in _FIELDS} | {"outcome": str(one.outcome)} for one in findings]


def _finding(one: Mapping[str, Any]) -> Finding:
    return Finding(**{**one, "outcome": Outcome(one["outcome"]), "confidence": float(one.get("confidence", 1.0))})


def _problems(one: object) -> Iterator[Problem]:
    if not isinstance(one, dict):
        yield Problem("no_finding", N_("{value!r} is no finding."), {"value": one}, mend=N_("Write an object."))
        return
    for name in [name for name in one if name not in _FIELDS]:
        yield Problem(
            "unknown_field",
            N_("A finding has no field {name!r}."),
            {"name": name, "known": ", ".join(_FIELDS)},
            mend=N_("Known: {known}."),
        )
    if one.get("check") not in CHECKS:
        near = difflib.get_close_matches(str(one.get("check")), CHECKS, n=3)
        yield Problem(
            "unknown_check",
            N_("There is no check {name!r}."),
            {"name": one.get("check"), "known": ", ".join(near or CHECKS)},
            mend=N_("What there is: {known}."),
        )
    outcomes = [str(outcome) for outcome in Outcome]
    if one.get("outcome") not in outcomes:
        yield Problem(
            "unknown_outcome",
            N_("The outcome of a check is never {name!r}."),
            {"name": one.get("outcome"), "known": ", ".join(outcomes)},
            mend=N_("What there is: {known}."),
        )
    for name in _TEXTS:
        if one.get(name) is not None and not isinstance(one[name], str):
            yield Problem("no_text", N_("{name} is no text: {value!r}."), {"name": name, "value": one[name]})
    source = one.get("source", "inspect")
    if not isinstance(source, str) or not source:
        yield Problem("no_text", N_("{name} is no text: {value!r}."), {"name": "source", "value": source})
    confidence = one.get("confidence", 1.0)
    if isinstance(confidence, bool) or not isinstance(confidence, int | float) or not 0 <= confidence <= 1:
        yield Problem(
            "no_confidence",
            N_("{value!r} is no confidence."),
            {"value": confidence},
            mend=N_("Write a number from 0 to 1."),
        )
