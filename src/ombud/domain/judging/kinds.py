"""Whether a piece is what it is handed in as, by the words that the book knows each kind by."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ombud.domain.evidence import Finding, Outcome
from ombud.domain.gate import Rules
from ombud.domain.judging.subject import Subject, best, found
from ombud.domain.judging.wording import Wording
from ombud.domain.said import Said

FIELD = "kind"
_OTHER = {"text": 0.7, "pixels": 0.5}
_NONE = {"text": 0.5, "pixels": 0.3}
_FEW_LETTERS = 60
"""Of a piece with fewer letters nobody can say what it is not."""
_HEADING = 6
"""Lines among which the heading of a document stands."""


def of_kind(subject: Subject) -> Iterator[Finding]:
    """Passed by any of its own words; a doubt where only words of another kind stand there, or none at all."""
    lines = subject.all("line")
    if not subject.kind.words or not lines:
        return
    page = Wording(lines, misread=subject.letters != "text")
    if (own := page.first(subject.kind.words)) is not None:
        yield found("wrong_kind", Outcome.PASSED, own[1], field=FIELD, value=own[0])
        return
    if subject.letters is None or page.letters < _FEW_LETTERS:
        return
    for name, kind in subject.by.kinds.items():
        if name != subject.piece.kind and (other := page.first(kind.words)) is not None:
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
    page = Wording(lines, misread=False)  # what may be misread is no reason to be sure
    found = [
        (lines.index(there[1]), name, there[0]) for name, kind in by.kinds.items() if (there := page.first(kind.words))
    ]
    first = sorted(found)[:2]
    if not first or (len(found) > 1 and (first[0][0] >= _HEADING or first[0][0] == first[1][0])):
        return None
    return first[0][1:]
