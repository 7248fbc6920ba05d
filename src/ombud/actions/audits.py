"""Runs the audits of the ledger and of the histories, and keeps what they found with who asked (O14, O20)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction

from ombud.people.models import Deed
from ombud.store import audit, ledger_audit
from ombud.store.database import spoken

LEDGER, HISTORY = "ledger_audited", "history_audited"
"""What the deeds are called: their data is what was looked at and what does not fit."""
_FIRST = 5
"""Faults of each kind that are kept; how many there are in all is kept too."""


def audit_ledger(*, organisation_id: int, at: datetime, actor: str) -> dict[str, Any]:
    """Every hold, posting and settlement. Returns what is kept."""
    with spoken():
        found = ledger_audit.audit(first=_FIRST)
        told = {
            "cases": found.cases,
            "postings": found.postings,
            "held": found.held,
            "found": sum(found.counts.values()),
            "counts": found.counts,
            "first": [
                {
                    "code": one.code,
                    "case_id": one.case_id,
                    "posting_id": one.posting_id,
                    "expected": one.expected,
                    "found": one.found,
                }
                for one in found.first
            ],
        }
        return _kept(LEDGER, told, organisation_id, at, actor)


def audit_history(*, organisation_id: int, at: datetime, actor: str) -> dict[str, Any]:
    """Every hash, chain, standing, ruling, checkpoint and row of the tree. Returns what is kept."""
    with spoken():
        found = audit.audit_store()
        told = {
            "cases": found.cases,
            "events": found.events,
            "checkpoints": found.checkpoints,
            "unchained": found.unchained,
            "unsealed": found.unsealed,
            "sealed_at": found.sealed_at,
            "keys": [{"key": key, "from_checkpoint": number} for key, number in found.keys.items()],
            "found": found.found,
            "misfits": [
                {
                    "case_id": one.case_id,
                    "seq": one.seq,
                    "code": one.problem.code,
                    "text": one.problem.text,
                    "values": {
                        name: value if isinstance(value, int) else str(value)
                        for name, value in one.problem.values.items()
                    },
                }
                for one in found.misfits
            ],
        }
        return _kept(HISTORY, told, organisation_id, at, actor)


def _kept(what: str, told: dict[str, Any], organisation_id: int, at: datetime, actor: str) -> dict[str, Any]:
    with transaction.atomic():
        Deed.objects.create(what=what, organisation_id=organisation_id, at=at, actor=actor, data=told)
    return told
