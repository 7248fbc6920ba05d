"""Findings come in as data: read as they were written, or refused with every fault and its place."""

from __future__ import annotations

import json

import pytest

from ombud.domain.evidence import Finding, Outcome
from ombud.domain.findings import plain_findings, read_findings
from ombud.domain.problems import OmbudError


def test_findings_are_read_back_as_they_were_written() -> None:
    findings = (
        Finding("wrong_language", Outcome.FAILED, "ERR_027", "page 1", "zh", 0.75, "inspect"),
        Finding("no_timestamp", Outcome.PASSED),
        Finding("video_short", Outcome.UNSURE, value="22.000 s", expected="30s", at_ms=0),
        Finding("weight_missing", Outcome.UNSURE, page=1, box=(0, 0, 1000, 1000)),
    )
    assert read_findings(json.loads(json.dumps(plain_findings(findings)))) == findings


def test_what_is_not_said_is_certain_and_from_the_inspection() -> None:
    assert read_findings([{"check": "altered", "outcome": "unsure"}]) == (Finding("altered", Outcome.UNSURE),)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        ({"check": "altered"}, "no_findings"),
        (["altered"], "no_finding"),
        ([{"check": "altred", "outcome": "failed"}], "unknown_check"),
        ([{"check": ["altered"], "outcome": "failed"}], "unknown_check"),
        ([{"check": "altered", "outcome": "maybe"}], "unknown_outcome"),
        ([{"check": "altered"}], "unknown_outcome"),
        ([{"check": "altered", "outcome": "failed", "sure": 1}], "unknown_field"),
        ([{"check": "altered", "outcome": "failed", "value": 3}], "no_text"),
        ([{"check": "altered", "outcome": "failed", "source": ""}], "no_text"),
        ([{"check": "altered", "outcome": "failed", "confidence": 1.5}], "no_confidence"),
        ([{"check": "altered", "outcome": "failed", "confidence": True}], "no_confidence"),
        ([{"check": "altered", "outcome": "failed", "confidence": float("nan")}], "no_confidence"),
        ([{"check": "altered", "outcome": "failed", "expected": 3}], "no_text"),
        ([{"check": "altered", "outcome": "failed", "page": 0}], "no_whole_number"),
        ([{"check": "altered", "outcome": "failed", "page": True}], "no_whole_number"),
        ([{"check": "altered", "outcome": "failed", "at_ms": -1}], "no_whole_number"),
        ([{"check": "altered", "outcome": "failed", "at_ms": 1.5}], "no_whole_number"),
        ([{"check": "altered", "outcome": "failed", "box": [0, 0, 10]}], "no_box"),
        ([{"check": "altered", "outcome": "failed", "box": [0, 0, 10, 1001]}], "no_box"),
        ([{"check": "altered", "outcome": "failed", "box": "0 0 10 10"}], "no_box"),
    ],
)
def test_a_finding_that_is_none_is_refused_with_its_place(data: object, code: str) -> None:
    with pytest.raises(OmbudError) as refused:
        read_findings(data, file="findings.json")
    assert [problem.code for problem in refused.value.problems] == [code]
    assert str(refused.value).startswith("findings.json")


def test_every_fault_is_told_at_once() -> None:
    with pytest.raises(OmbudError) as refused:
        read_findings([{"check": "x", "outcome": "y"}, {"check": "altered", "outcome": "failed", "code": 1}])
    places = [(problem.code, problem.place and problem.place.row) for problem in refused.value.problems]
    assert places == [("unknown_check", 1), ("unknown_outcome", 1), ("no_text", 2)]
