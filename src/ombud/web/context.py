"""What every page is drawn with: who asks, where they may go, the instant, the languages, the demo's bar."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.safestring import mark_safe

from ombud.domain.countdown import WORDS as WORDS_OF_CLOCK
from ombud.domain.countdown import Urgency
from ombud.domain.problems import N_
from ombud.domain.roles import Right, Side
from ombud.languages import LANGUAGES, _, language

WORDS = {
    "late": WORDS_OF_CLOCK[Urgency.TOO_LATE],
    "days": N_("{days} d {hours} h"),
    "hours": N_("{hours} h {minutes} min"),
    "copied": N_("Copied."),
}
"""What the scripts of the pages say."""
STEPS = ("1h", "6h", "1d", "3d")
"""How far the clock of a demo moves at once."""
NAMES = {"en": "English", "ru": "Русский", "zh": "中文"}


@dataclass(frozen=True, slots=True)
class Room:
    """A place in the navigation. `key`: what a page calls itself; `url`: the name of its address."""

    key: str
    title: str
    url: str
    right: Right
    side: Side


ROOMS = (
    Room("queue", N_("Queue"), "queue", Right.SEE, Side.SELLER),
    Room("risk", N_("At risk"), "risk", Right.SEE, Side.SELLER),
    Room("health", N_("Health"), "health", Right.SEE, Side.SELLER),
    Room("money", N_("Money"), "money", Right.SEE, Side.SELLER),
    Room("reviews", N_("Reviews"), "reviews", Right.OPERATE, Side.OPERATOR),
    Room("queue", N_("Cases"), "queue", Right.SEE, Side.OPERATOR),
    Room("stores", N_("Stores"), "stores", Right.OPERATE, Side.OPERATOR),
    Room("carriers", N_("Carriers"), "carriers", Right.OPERATE, Side.OPERATOR),
    Room("flags", N_("Flags"), "flags", Right.OPERATE, Side.OPERATOR),
    Room("books", N_("Rulebooks"), "books", Right.OPERATE, Side.OPERATOR),
    Room("sanctions", N_("Sanctions"), "sanctions", Right.OPERATE, Side.OPERATOR),
    Room("audit", N_("Audit"), "audit", Right.AUDIT, Side.OPERATOR),
    Room("loop", N_("Loop"), "loop", Right.OPERATE, Side.OPERATOR),
    Room("settings", N_("Settings"), "settings", Right.SEE, Side.SELLER),
    Room("settings", N_("Settings"), "settings", Right.SEE, Side.OPERATOR),
)
"""The navigation, in its order."""


def page(request: HttpRequest) -> dict[str, Any]:
    """For every template."""
    scope = getattr(request, "scope", None)
    rooms = [
        {"key": room.key, "title": room.title, "href": reverse(room.url)}
        for room in ROOMS
        if scope and room.side is scope.side and scope.may(room.right)
    ]
    return {
        "scope": scope,
        "scopes": getattr(request, "scopes", []),
        "rooms": rooms,
        "at": getattr(request, "at", None),
        "language": language(),
        "languages": [(code, NAMES[code]) for code in LANGUAGES],
        "demo": bool(settings.DEMO),
        "demo_steps": STEPS,
        "may_answer": bool(scope and scope.may(Right.ANSWER)),
        "may_members": bool(scope and scope.may(Right.MEMBERS)),
        "may_concede": bool(scope and scope.may(Right.CONCEDE)),
        "words": mark_safe(json.dumps({key: _(text) for key, text in WORDS.items()}).replace("<", "\\u003c")),  # noqa: S308
    }
