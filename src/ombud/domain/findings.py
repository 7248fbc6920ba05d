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
_TEXTS = ("code", "field", "value", "expected")
_ALWAYS = ("check", "outcome", "code", "field", "value", "confidence", "source")
_WHERE_SAID = ("expected", "page", "box", "at_ms")
_FIELDS = (*_ALWAYS, *_WHERE_SAID)
_LEAST = {"page": 1, "at_ms": 0}


def read_findings(data: object, *, file: str = "") -> tuple[Finding, ...]:
    """A list of objects {check, outcome, code?, field?, value?, confidence?, source?, expected?, page?, box?, at_ms?}.

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
    return [_plain(one) for one in findings]


def _plain(one: Finding) -> dict[str, Any]:
    plain = {name: getattr(one, name) for name in _ALWAYS} | {"outcome": str(one.outcome)}
    plain |= {name: getattr(one, name) for name in _WHERE_SAID if getattr(one, name) is not None}
    return plain if one.box is None else {**plain, "box": list(one.box)}


def _finding(one: Mapping[str, Any]) -> Finding:
    box = one.get("box")
    typed = {"outcome": Outcome(one["outcome"]), "confidence": float(one.get("confidence", 1.0))}
    return Finding(**{**one, **typed, "box": None if box is None else tuple(box)})


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
    yield from _of_place(one)


def _of_place(one: Mapping[str, Any]) -> Iterator[Problem]:
    for name, least in _LEAST.items():
        value = one.get(name)
        if value is not None and (not _is_whole(value) or value < least):
            yield Problem(
                "no_whole_number",
                N_("{name} is no whole number from {least}: {value!r}."),
                {"name": name, "least": least, "value": value},
            )
    box = one.get("box")
    if box is None:
        return
    if not isinstance(box, list) or len(box) != 4 or not all(_is_whole(edge) and 0 <= edge <= 1000 for edge in box):
        yield Problem(
            "no_box",
            N_("{value!r} is no place on a page."),
            {"value": box},
            mend=N_("Write left, top, right and bottom in thousandths of the page: [100, 200, 300, 250]."),
        )


def _is_whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)
