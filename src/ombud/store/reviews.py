"""Reads of the reviewers' room: which cases wait for a person, what was proposed in them, and how their stores do."""

from __future__ import annotations

from ombud.domain.cases import EventKind

CAME_UNDER_REVIEW = (EventKind.EVIDENCE_SUBMITTED, EventKind.REOPENED)
"""The steps that bring a case under review; what was proposed before the last of them holds no more."""


def same_person(actor: str, other: str) -> bool:
    """Whether two names of the history are of one person: login names and addresses are told apart without case."""
    return actor.casefold() == other.casefold()
