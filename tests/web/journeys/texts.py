"""English that is left on a page in another language."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import Any, cast

import polib  # type: ignore[import-untyped]
import yaml
from playwright.sync_api import Page

from ombud.languages import LANGUAGES
from ombud.rulebooks import open_book

_WORD = re.compile(r"(?<![\w@./\-#])[A-Za-z][a-z']{2,}(?![\w@/\-=]|\.\w)")
_FIELD = re.compile(r"\{[^}]*\}")
_TEXTS = """() => {
  const found = [], named = ["aria-label", "title", "placeholder", "alt", "data-label"];
  for (const one of document.querySelectorAll("body *")) {
    if (one.closest("script, style, noscript, code, pre, textarea, [data-own]")) continue;
    if (one.closest("[lang]").lang !== document.documentElement.lang) continue;
    for (const name of named) if (one.hasAttribute(name)) found.push(one.getAttribute(name));
    for (const child of one.childNodes) if (child.nodeType === Node.TEXT_NODE) found.push(child.data);
  }
  return [document.title, ...found].map((text) => text.trim()).filter(Boolean);
}"""


def english_on(page: Page, language: str) -> list[str]:
    """The texts of the page, hidden ones and names of fields too, in which a word of the English texts of the catalogue
    or of a book stands that the language has another word for. What is data is marked so by `data-own` or `code`, or is
    told from words by its form: an address, an id, a file."""
    words = _only_english(language)
    return sorted({text for text in page.evaluate(_TEXTS) if words & {one.lower() for one in _WORD.findall(text)}})


@cache
def _only_english(language: str) -> frozenset[str]:
    """Words of English texts that no text in the language has, small."""
    catalogue = polib.pofile(str(files("ombud") / "locale" / LANGUAGES[language] / "LC_MESSAGES" / "django.po"))
    pairs = [(one.msgid, one.msgstr) for one in catalogue]
    for name in ("ozon", "shopify"):
        pairs += _pairs(yaml.safe_load(open_book(name).text), language)
    english, other = ({word for text in texts for word in _words(text)} for texts in zip(*pairs, strict=True))
    return frozenset(english - other)


def _words(text: str) -> Iterator[str]:
    yield from (one.lower() for one in _WORD.findall(_FIELD.sub(" ", text)))


def _pairs(plain: Any, language: str) -> list[tuple[str, str]]:
    """(English, other) of every text under a part of a book."""
    if isinstance(plain, list):
        return [pair for one in plain for pair in _pairs(one, language)]
    if not isinstance(plain, dict):
        return []
    texts = cast("dict[str, Any]", plain)
    if isinstance(texts.get("en"), str) and isinstance(texts.get(language), str):
        return [(texts["en"], texts[language])]
    return [pair for one in texts.values() for pair in _pairs(one, language)]
