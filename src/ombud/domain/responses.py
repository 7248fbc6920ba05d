"""Automatic responses: a template of the book, filled in from the facts of a case (S9)."""

from __future__ import annotations

import re
from collections.abc import Mapping

from ombud.domain.problems import N_, OmbudError, Problem

_FIELD = re.compile(r"\{\{(\w+)\}\}")


def fields_of(template: str) -> tuple[str, ...]:
    """The fields that a template names between double braces, each once, in its order."""
    return tuple(dict.fromkeys(_FIELD.findall(template)))


def fill(template: str, values: Mapping[str, str | None]) -> str:
    """The text with every field filled in. Raises OmbudError naming those that nobody knows: no half-filled text goes
    out, and what a value says is never read as a field."""
    missing = [name for name in fields_of(template) if not values.get(name)]
    if missing:
        raise OmbudError(
            Problem(
                "response_incomplete",
                N_("The response cannot be filled in: {fields} is not known."),
                {"fields": ", ".join(missing)},
                mend=N_("It can be once the track says delivered and who signed; or write it by hand."),
            )
        )
    return _FIELD.sub(lambda found: str(values[found[1]]), template)
