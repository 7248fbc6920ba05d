"""What changes from one book to another, as people read it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from ombud.domain.instants import format_instant
from ombud.domain.problems import N_
from ombud.domain.rulebook import Change
from ombud.languages import _, language

KINDS = {"added": N_("added"), "removed": N_("removed"), "changed": N_("changed"), "recited": N_("cited otherwise")}
"""What happened to a clause."""


def sides(change: Change) -> tuple[str, str]:
    """What a clause said before and says after: only where it differs, a line for each place."""
    if change.kind == "recited":
        return change.cite_before, change.cite_after
    if not change.details:
        return one_line(change.before), one_line(change.after)
    before = [_detail(detail.path, detail.before) for detail in change.details]
    after = [_detail(detail.path, detail.after) for detail in change.details]
    return "\n".join(before), "\n".join(after)


def one_line(value: Any) -> str:
    """A value as a person reads it: texts in the reader's language, maps and lists in one line."""
    match value:
        case {"en": str(), "ru": str(), "zh": str(), **rest} if not rest:
            return str(value[language()])
        case dict():
            return "; ".join(f"{key}: {_nested(each)}" for key, each in value.items())
        case list():
            return (" · " if any(isinstance(each, dict | list) for each in value) else ", ").join(map(_nested, value))
        case bool():
            return _("yes") if value else _("no")
        case None:
            return "–"
        case _:
            return str(value)


def date(instant: datetime) -> str:
    """The day alone where it begins with it."""
    return format_instant(instant).removesuffix("T00:00:00Z")


def _nested(value: Any) -> str:
    said = one_line(value)
    return f"({said})" if isinstance(value, dict) and not {"en", "ru", "zh"} <= value.keys() else said


def _detail(path: str, value: Any) -> str:
    return f"{path}: {one_line(value)}" if path else one_line(value)
