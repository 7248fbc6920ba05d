"""Words of the books, looked for on what was read: in other forms of theirs, and misread by a letter or two."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from ombud.domain.judging.edits import edits
from ombud.domain.said import Said

_HAN = re.compile(r"[\u3400-\u9fff]")
_STEM = 6
_ENDING = 2
_VOWELS = "аеиоуыэюяйьaeiouy"
_MISREAD = ((9, 2), (5, 1))
"""From so many letters on a recognised word may be misread by so many."""


class Wording:
    """The lines of a piece as words to look in. misread: they were recognised in pixels."""

    def __init__(self, lines: list[Said], *, misread: bool) -> None:
        self._lines = [(one, re.findall(r"[^\W_]+", _plain(str(one.value)))) for one in lines]
        self._misread = misread

    @property
    def letters(self) -> int:
        """How many there are."""
        return sum(len(word) for _, words in self._lines for word in words)

    def first(self, book_words: Mapping[str, Sequence[str]]) -> tuple[str, Said] | None:
        """The first line with one of `book_words` (by language), and that word as the book has it."""
        wanted = [(word, re.findall(r"[^\W_]+", _plain(word))) for words in book_words.values() for word in words]
        for line, words in self._lines:
            for word, parts in wanted:
                if _HAN.search(word):
                    if "".join(parts) in "".join(words):
                        return word, line
                elif any(self._stands(parts, words[start:]) for start in range(len(words) - len(parts) + 1)):
                    return word, line
        return None

    def _stands(self, parts: list[str], words: list[str]) -> bool:
        return all(self._alike(part, word) for part, word in zip(parts, words, strict=False))

    def _alike(self, wanted: str, word: str) -> bool:
        """The same, or another form of it: накладная and накладной, but перевод and not перевозка."""
        if wanted == word:
            return True
        if abs(len(wanted) - len(word)) > _ENDING or len(wanted) < _MISREAD[-1][0]:
            return False
        if len(wanted) >= _STEM and word.startswith(_stem(wanted)):
            return True
        most = next(most for least, most in _MISREAD if len(wanted) >= least)
        return self._misread and edits(wanted, word, most) is not None


def _plain(text: str) -> str:
    return text.casefold().replace("ё", "е").replace("_", " ")


def _stem(word: str) -> str:
    """Without the vowels at its end, two at most."""
    return word[:-_ENDING] + word[-_ENDING:].rstrip(_VOWELS)
