"""What a complaint itself says, against what a trigger asks of one."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from ombud.domain.conditions import By, Equals, In, holds
from ombud.domain.facts import COMPLAINTS
from ombud.domain.rulebook import Rulebook, Trigger


def is_asked_for(row: Mapping[str, Any], trigger: Trigger, fires_at: datetime, book: Rulebook) -> bool:
    """Whether the complaint (its columns by name) is of the kind that the trigger of a case that fired at `fires_at`
    asks for, by what the complaint itself says."""
    conditions = tuple(
        one for one in trigger.where if isinstance(one, Equals | In | By) and one.field.startswith("complaint.")
    )
    fields = {f"complaint.{column.name}": row[column.name] for column in COMPLAINTS.columns}
    rules_at = None if book.starts_at <= fires_at else book.starts_at
    return holds(conditions, fields, start=fires_at, book=book, rules_at=rules_at)
