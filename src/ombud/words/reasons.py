"""The reasons of a ruling in the reader's language, each with how to mend it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from ombud.domain.evidence import Reason
from ombud.domain.problems import N_
from ombud.domain.rulebook import Rulebook
from ombud.domain.ruling_weights import WARNS, WEIGHS
from ombud.domain.rulings import DOUBTS, REJECTS
from ombud.domain.seen_faults import NOT_INSPECTED
from ombud.languages import _, language
from ombud.store import books
from ombud.words.sanctions import OVERS

HEADS = {
    REJECTS: N_("Decides"),
    DOUBTS: N_("Would decide, and is not certain"),
    WARNS: N_("Calls for a person"),
    WEIGHS: N_("Weighs, and decides nothing"),
}
"""What reasons of one severity do."""
_RESTS_ON: dict[str | None, str] = {
    "opening": N_("bears on whether a case opens"),
    "winning": N_("bears on whether it is won"),
    **{str(over): words for over, words in OVERS.items()},
}
BEARS = {
    ("opening", "raises"): N_("more cases"),
    ("opening", "lowers"): N_("fewer cases"),
    ("winning", "raises"): N_("more are won"),
    ("winning", "lowers"): N_("fewer are won"),
}
"""What a prior bears on, and which way."""
_LOOKED_FOR = {
    "duration": N_("length of the video"),
    "language": N_("language"),
    "made_at": N_("timestamp"),
    "signature": N_("signature"),
    "timestamp": N_("timestamp"),
    "watermark": N_("time in the picture"),
}
_NOBODY_LOOKED = N_("Nobody has looked for what must be legible")


def title(reason: Reason, book: Rulebook) -> str:
    """What it says, as the clause that it comes from has it; its code where that says nothing."""
    if reason.code == NOT_INSPECTED:
        return _(_NOBODY_LOOKED)
    version = books.cited(book, reason.clause)
    found = getattr(version.value, "title", None) if version else None
    return found.speak(language()) if found else reason.code


def mend(reason: Reason, book: Rulebook) -> str:
    """What the seller does about it; empty where nothing can be done."""
    version = books.cited(book, reason.clause)
    found = getattr(version.value, "mend", None) if version else None
    return found.speak(language()) if found else ""


def named(reason: Reason, book: Rulebook) -> str:
    """`ERR_012 No track`; the title alone where the code is its own, or none of the platform's."""
    said = title(reason, book)
    return f"{reason.code} {said}" if reason.fault and said != reason.code else said


def basis(reason: Reason, book: Rulebook) -> list[str]:
    """What it rests on and the value found there, in the reader's language; what is not there is left out."""
    where = reason.rests_on or ""
    rests_on = _(_RESTS_ON[where]) if where in _RESTS_ON else _in_file(where, book)
    return list(dict.fromkeys(part for part in (rests_on, _value(reason, book)) if part))


def rests_on(reason: Reason, book: Rulebook) -> str:
    """What it rests on, how sure that is, and the clause: one line."""
    parts = basis(reason, book)
    if reason.confidence < 1:
        parts.append(_("confidence {share}").format(share=f"{reason.confidence:.2f}"))
    return " · ".join(part for part in (*parts, reason.clause) if part)


def _value(reason: Reason, book: Rulebook) -> str:
    """Marks that are not there, or that nobody looked for, are named by their titles; the way that a prior bears, by
    its words."""
    if way := BEARS.get((reason.rests_on or "", reason.value or "")):
        return _(way)
    return ", ".join(looked_for(mark, book) for mark in (reason.value or "").split(", "))


def looked_for(name: str, book: Rulebook) -> str:
    """A mark by its title in the book, what else is looked for in a file by its words, anything else as it is."""
    versions = book.clauses.get(f"marks.{name}", ())
    return str(versions[-1].value.title.speak(language())) if versions else _(_LOOKED_FOR.get(name, name))


def _in_file(where: str, book: Rulebook) -> str:
    """`slip.pdf: signature` with what was looked for in words."""
    name, colon, field = where.rpartition(": ")
    return f"{name}{colon}{looked_for(field, book)}" if colon else where


def as_json(reasons: Sequence[Reason], book: Rulebook) -> list[dict[str, Any]]:
    """For programs: the reasons as the record has them, with title and mend in the reader's language."""
    return [{**asdict(one), "title": title(one, book), "mend": mend(one, book) or None} for one in reasons]
