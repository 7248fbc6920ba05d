"""The language of a document, and what must stand beside one in another (O12)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal, InvalidOperation

from ombud.domain.evidence import Finding, Outcome, Piece
from ombud.domain.judging.subject import Subject, best, found
from ombud.domain.said import Said

FIELD = "language"
_FEW_LETTERS = 0.5
"""How sure a reader is at most of the language of a document that has hardly any words."""
_OTHER_OF_SCRIPT = 0.4
_OCR = 0.6
_BETWEEN = 0.5
_BARE, _BARE_AS_READ = 0.5, 0.8
_OWN_ORIGINAL = Decimal("0.05")
"""The share of another language from which on a translation has the original with it."""


def is_translation(piece: Piece) -> bool:
    """Whether it stands beside a foreign document, so that this one counts."""
    return piece.kind.endswith("translation")


def of_language(subject: Subject) -> Iterator[Finding]:
    """Whether enough of it is in a language that counts; of a translation, whether the original is there too."""
    asked, shares = subject.kind.languages, subject.all("language_share")
    if not asked or not shares:
        return
    yield from _of_share(subject, shares)
    if is_translation(subject.piece):
        yield from _bare(subject)


def _of_share(subject: Subject, shares: list[Said]) -> Iterator[Finding]:
    content = subject.by.content
    passes = content.language_share if content else None
    least = content.language_least if content else None
    share = _share(shares, subject.kind.languages)
    if passes is None or share is None:
        return
    asked = ", ".join(subject.kind.languages)
    place = best(shares)
    surely = max(one.confidence for one in shares)
    shown = found("wrong_language", Outcome.PASSED, place, field=FIELD, value=_shown(shares), expected=asked,
                  confidence=surely)  # fmt: skip
    named = subject.texts("language")
    if share >= passes:
        other = named - set(subject.kind.languages)
        yield replace(shown, outcome=Outcome.UNSURE, confidence=_OTHER_OF_SCRIPT) if other else shown
        return
    if _has_translation(subject):
        yield shown
        return
    check = _check(subject)
    certain = place.source == "text_layer" and not subject.lying_pages and surely > _FEW_LETTERS
    if least is not None and share < least:
        sure = 1.0 if certain else round(surely * _OCR, 2)
        outcome = Outcome.FAILED if certain else Outcome.UNSURE
    else:
        sure, outcome = round(surely * _BETWEEN, 2), Outcome.UNSURE
    yield replace(shown, check=check, outcome=outcome, confidence=sure)


def _check(subject: Subject) -> str:
    """A piece that says itself that it is foreign lacks its translation; one that does not is in the wrong language."""
    content, language = subject.by.content, subject.piece.language
    says_so = bool(language) and language not in subject.kind.languages
    takes = content is not None and content.translation != "none" and "translation_missing" in subject.by.codes
    return "translation_missing" if says_so and takes else "wrong_language"


def _has_translation(subject: Subject) -> bool:
    """Whether a translation lies beside it, where the book takes one."""
    if subject.by.content is None or subject.by.content.translation == "none" or is_translation(subject.piece):
        return False
    return any(is_translation(other) for other in subject.pieces if other is not subject.piece)


def _bare(subject: Subject) -> Iterator[Finding]:
    """A translation of nothing: no other piece is foreign, and it has no foreign part of its own. The original may
    have been handed in elsewhere, so that is a doubt."""
    content = subject.by.content
    if content is None or "bare_translation" not in content.refuses:
        return
    others = [piece for piece in subject.pieces if not is_translation(piece)]
    if any(_is_foreign(piece, subject) for piece in others):
        yield Finding("bare_translation", Outcome.PASSED, field=FIELD)
        return
    own = _share(subject.all("language_share"), subject.kind.languages)
    if own is not None and 1 - own >= _OWN_ORIGINAL:
        yield Finding("bare_translation", Outcome.PASSED, field=FIELD)
        return
    read = own is not None and all(_is_read(piece) for piece in (*others, subject.piece))
    confidence = _BARE_AS_READ if read and others else _BARE
    yield Finding("bare_translation", Outcome.UNSURE, field=FIELD, confidence=confidence)


def _is_foreign(piece: Piece, subject: Subject) -> bool:
    """By its content where somebody read it, else by its name."""
    kind = subject.by.kinds.get(piece.kind)
    if kind is None or not kind.languages:
        return False
    share = _share([one for one in piece.said if one.field == "language_share"], kind.languages)
    passes = subject.by.content.language_share if subject.by.content else None
    if share is not None and passes is not None:
        return share < passes
    return bool(piece.language) and piece.language not in kind.languages


def _is_read(piece: Piece) -> bool:
    """Its language is known from a text layer, or it has none: a video."""
    shares = [one for one in piece.said if one.field == "language_share"]
    whole = not any(one.field in ("scanned_page", "cut", "off") for one in piece.said)
    return piece.format == "mp4" or (bool(shares) and whole and all(one.source == "text_layer" for one in shares))


def _share(shares: list[Said], languages: tuple[str, ...]) -> Decimal | None:
    """The share of the letters that are of one of `languages`, the greatest of those; None: nobody could tell."""
    by_language: dict[str, Decimal] = {}
    for one in shares:
        language, _, text = str(one.value).partition(" ")
        try:
            by_language[language] = Decimal(text)
        except InvalidOperation:
            continue
    if not by_language:
        return None
    return max(by_language.get(language, Decimal(0)) for language in languages)


def _shown(shares: list[Said]) -> str:
    return ", ".join(str(one.value) for one in shares)
