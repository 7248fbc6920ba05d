"""Whether a piece is what it is handed in as, by the words that the book knows each kind by."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from ombud.domain.evidence import Finding, Outcome
from ombud.domain.gate import Rules
from ombud.domain.judging.edits import edits
from ombud.domain.judging.subject import Subject, best, found
from ombud.domain.rulebook.clauses.evidence import KindVersion
from ombud.domain.said import Said

FIELD = "kind"
_OTHER = {"text": 0.7, "pixels": 0.5}
_NONE = {"text": 0.5, "pixels": 0.3}
_FEW_LETTERS = 60
"""Of a piece with fewer letters nobody can say what it is not."""
_HAN = re.compile(r"[\u3400-\u9fff]")
_STEM = 6
_ENDING = 2
_HEADING = 6
"""Lines among which the heading of a document stands."""
_MISREAD = ((9, 2), (5, 1))
"""From so many letters on a recognised word may be misread by so many."""


def of_kind(subject: Subject) -> Iterator[Finding]:
    """Passed by any of its own words; a doubt where only words of another kind stand there, or none at all."""
    lines = subject.all("line")
    if not subject.kind.words or not lines:
        return
    page = _Page(lines, misread=subject.letters != "text")
    if (own := page.first(subject.kind)) is not None:
        yield found("wrong_kind", Outcome.PASSED, own[1], field=FIELD, value=own[0])
        return
    if subject.letters is None or page.letters < _FEW_LETTERS:
        return
    for name, kind in subject.by.kinds.items():
        if name != subject.piece.kind and (other := page.first(kind)) is not None:
            word, line = other
            yield found("wrong_kind", Outcome.UNSURE, line, field=FIELD, value=f"{name}: {word}",
                        expected=subject.piece.kind, confidence=_OTHER[subject.letters])  # fmt: skip
            return
    yield found("wrong_kind", Outcome.UNSURE, best(lines[:1]), field=FIELD, expected=subject.piece.kind,
                confidence=_NONE[subject.letters])  # fmt: skip


def kind_by_words(said: Iterable[Said], by: Rules) -> tuple[str, str] | None:
    """(kind, the word that says so) of a file of which nobody knows the kind; None where its words leave it open.

    The only kind that any word speaks of; else the one that its heading names and no other.
    """
    lines = [one for one in said if one.field == "line"]
    page = _Page(lines, misread=any(one.source in ("ocr", "frames") for one in lines))
    found = [(lines.index(there[1]), name, there[0]) for name, kind in by.kinds.items() if (there := page.first(kind))]
    first = sorted(found)[:2]
    if not first or (len(found) > 1 and (first[0][0] >= _HEADING or first[0][0] == first[1][0])):
        return None
    return first[0][1:]


class _Page:
    """The lines of a piece as words to look in. misread: they were recognised in pixels."""

    def __init__(self, lines: list[Said], *, misread: bool) -> None:
        self._lines = [(one, re.findall(r"[^\W_]+", _plain(str(one.value)))) for one in lines]
        self._misread = misread

    @property
    def letters(self) -> int:
        """How many there are."""
        return sum(len(word) for _, words in self._lines for word in words)

    def first(self, kind: KindVersion) -> tuple[str, Said] | None:
        """The first line with a word of `kind`, and that word as the book has it."""
        wanted = [(word, re.findall(r"[^\W_]+", _plain(word))) for words in kind.words.values() for word in words]
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
        """The same, or another form of it: накладная, накладной."""
        if wanted == word:
            return True
        if abs(len(wanted) - len(word)) > _ENDING or len(wanted) < _MISREAD[-1][0]:
            return False
        if len(wanted) >= _STEM and word.startswith(wanted[: len(wanted) - _ENDING]):
            return True
        most = next(most for least, most in _MISREAD if len(wanted) >= least)
        return self._misread and edits(wanted, word, most) is not None


def _plain(text: str) -> str:
    return text.casefold().replace("ё", "е").replace("_", " ")
