"""The languages that Ombud speaks, and in which of them it speaks now; a book brings its texts in all of them."""

from __future__ import annotations

import gettext
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from importlib.resources import files

LANGUAGES = {"en": "en", "ru": "ru", "zh": "zh_Hans"}
"""A language as a person names it -> the name of its translation."""


@cache
def translation(language: str) -> gettext.NullTranslations:
    """What turns the English texts of Ombud into `language`: en, ru or zh. Raises KeyError for another one."""
    return gettext.translation("django", str(files("ombud") / "locale"), [LANGUAGES[language]], fallback=True)


_process = "en"
_context: ContextVar[str | None] = ContextVar("language", default=None)


def speak(language: str) -> None:
    """Everything that this process says from now on is said in `language`. Raises KeyError for an unknown one."""
    global _process  # noqa: PLW0603 (a command line speaks to one person, from whatever thread)
    LANGUAGES[language]
    _process = language


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """What is said inside, in this thread or task, is said in `language`: a server speaks to many people at once."""
    before = _context.set(language)
    try:
        yield
    finally:
        _context.reset(before)


def language() -> str:
    """`en`, `ru` or `zh`: the language that is spoken, in which the texts of a book are to be read too."""
    return _context.get() or _process


def _(text: str) -> str:
    """`text` in the language that is spoken."""
    return translation(language()).gettext(text) if text else text


def number(count: int) -> str:
    """`1,000`; in Russian, where that is a fraction, with a no-break space."""
    return f"{count:,}".replace(",", "\u00a0") if language() == "ru" else f"{count:,}"
