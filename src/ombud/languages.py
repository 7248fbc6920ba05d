"""The languages that Ombud speaks, and the translations of its own words; a book brings its texts in all of them."""

from __future__ import annotations

import gettext
from functools import cache
from importlib.resources import files

LANGUAGES = {"en": "en", "ru": "ru", "zh": "zh_Hans"}
"""A language as a person names it -> the name of its translation."""


@cache
def translation(language: str) -> gettext.NullTranslations:
    """What turns the English texts of Ombud into `language`: en, ru or zh. Raises KeyError for another one."""
    return gettext.translation("django", str(files("ombud") / "locale"), [LANGUAGES[language]], fallback=True)
