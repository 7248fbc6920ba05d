"""What is said about a file before it is sent, one remark after another: what is wrong or doubtful, where it stands,
what stands there and what should, how to mend it. Gate and judgement are told the same way, by every door.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, TypeAlias

from ombud.domain.evidence import Finding, Outcome, Piece, Reason
from ombud.domain.gate import UNREADABLE, Rules, Verdict
from ombud.domain.judging import Judged, all_findings
from ombud.domain.judging.words import signs, tellings
from ombud.domain.problems import N_, Problem
from ombud.domain.rulebook import Rulebook
from ombud.domain.said import Box
from ombud.languages import _, language
from ombud.words import reasons as words_of

Level: TypeAlias = Literal["refuse", "doubt", "fine"]
LEVELS: tuple[Level, ...] = ("refuse", "doubt", "fine")
"""The worst first."""


@dataclass(frozen=True, slots=True)
class Remark:
    """One thing, in the reader's language. check: a fault of the books; code: the platform's for it. subject: the mark
    that it is about. where: the place in words; told: what stands there and what should, in sentences; page, box,
    at_ms, value and expected have both for programs. confidence: that it is so, 0 to 1."""

    level: Level
    check: str
    title: str
    code: str = ""
    mend: str = ""
    subject: str = ""
    where: str = ""
    told: str = ""
    value: str = ""
    expected: str = ""
    confidence: float = 1.0
    source: str = ""
    field: str = ""
    page: int | None = None
    box: Box | None = None
    at_ms: int | None = None

    def plain(self) -> dict[str, Any]:
        """For programs; what there is not is null."""
        said = {name: getattr(self, name) for name in self.__slots__}
        return {name: None if value == "" else value for name, value in said.items()}


def worst(remarks: Iterable[Remark]) -> Level:
    """The worst level among them; `fine` where there are none."""
    levels = {remark.level for remark in remarks}
    return next((level for level in LEVELS if level in levels), "fine")


def of_piece(piece: Piece, judged: Judged, verdict: Verdict, by: Rules, book: Rulebook) -> list[Remark]:
    """Everything about one piece, the worst first, of equals in the order in which it was found."""
    found = [of_finding(finding, by, book) for finding in all_findings(piece, judged)]
    refused = {remark.check for remark in found if remark.level == "refuse"}
    reasons = (one for one in verdict.reasons if one.rests_on == piece.name)
    told = [_of_reason(one, by, book) for one in reasons if one.fault not in refused]
    problems = (one for one in verdict.problems if one.values.get("piece") == piece.name)
    refused |= {remark.check for remark in told}
    told += [of_problem(one) for one in problems if one.code not in refused and not _follows(one, refused)]
    return sorted([*told, *found], key=lambda remark: (LEVELS.index(remark.level), -remark.confidence))


def _follows(problem: Problem, refused: set[str]) -> bool:
    """A name that does not fit says no kind: that is no second fault."""
    return problem.code == "unknown_kind" and not problem.values.get("value") and "bad_file_name" in refused


def of_upload(verdict: Verdict, pieces: Sequence[Piece], by: Rules, book: Rulebook) -> list[Remark]:
    """What the gate has against the upload as a whole, or against the case taking it."""
    names = {piece.name for piece in pieces}
    told = [_of_reason(one, by, book) for one in verdict.reasons if one.rests_on not in names]
    told += [of_problem(one) for one in verdict.problems if one.values.get("piece") not in names]
    return sorted(told, key=lambda remark: LEVELS.index(remark.level))


def of_finding(finding: Finding, by: Rules, book: Rulebook) -> Remark:
    """A fault that the book only warns of is a doubt, however certain: the piece counts all the same. What is in order
    is titled by what it is about."""
    name, version = by.codes.get(finding.check, ("", None))
    certain: Level = "doubt" if version is not None and version.value.severity == "warns" else "refuse"
    level = _LEVEL_OF.get(finding.outcome, certain)
    title, mend = _OWN.get(finding.check, (finding.check, ""))
    if level == "fine":
        title, mend = _about(finding, book), ""
    elif version is not None:
        title, mend = (texts.speak(language()) for texts in (version.value.title, version.value.mend))
    else:
        title, mend = _(title), _(mend)
    return Remark(
        level,
        finding.check,
        title,
        finding.code or name,
        mend,
        _subject(finding, book) if level != "fine" else "",
        where(finding.page, finding.box, finding.at_ms),
        _told(finding, by),
        finding.value or "",
        finding.expected or "",
        finding.confidence,
        finding.source,
        finding.field or "",
        finding.page,
        finding.box,
        finding.at_ms,
    )


def _of_reason(reason: Reason, by: Rules, book: Rulebook) -> Remark:
    level: Level = "doubt" if reason.severity == "warns" else "refuse"
    title, mend = words_of.title(reason, book), words_of.mend(reason, book)
    remark = Remark(level, reason.fault, title, reason.code, mend, source="gate")
    value = reason.value or ""
    if reason.fault == UNREADABLE and not value:
        return replace(remark, value=EMPTY, told=_(PROBLEMS[EMPTY]))
    if reason.fault == "bad_file_name" and by.files and value == by.files.name_example:
        return replace(remark, expected=value)
    return replace(remark, value=value, told="" if reason.fault in _COUNTED else value)


def of_problem(problem: Problem) -> Remark:
    """What shuts the gate and has no code in the book."""
    texts = (problem.text, problem.mend)
    if problem.code == "unknown_kind" and not problem.values.get("value"):
        texts = (N_("The kind of evidence is not said."), N_("Say it in the name of the file, or with --kind."))
    text, mend = (_(words).format(**problem.values) if words else "" for words in texts)
    return Remark("refuse", problem.code, text, mend=mend, source="gate")


def in_order(remarks: Iterable[Remark]) -> list[str]:
    """What is fine, each thing named once."""
    return list(dict.fromkeys(remark.title for remark in remarks if remark.level == "fine" and remark.title))


def _about(finding: Finding, book: Rulebook) -> str:
    """A mark by its title in the book, a check by what it is about."""
    versions = book.clauses.get(f"marks.{finding.field}", ()) if finding.check not in _ABOUT_OTHERS else ()
    return str(versions[-1].value.title.speak(language())) if versions else _(_ABOUT.get(finding.check, ""))


def unseen(words: Iterable[str], book: Rulebook) -> list[str]:
    """What nobody could look at, by its title."""
    return list(dict.fromkeys(words_of.looked_for(word, book) for word in words))


def where(page: int | None, box: Box | None, at_ms: int | None) -> str:
    """`page 1, top left`; `00:12`; empty where it is the file as a whole."""
    parts = [_("page {page}").format(page=page)] if page is not None else []
    parts += [_clock(at_ms)] if at_ms is not None else []
    parts += [words] if box is not None and (words := _corner(box)) else []
    return ", ".join(parts)


def _clock(at_ms: int) -> str:
    minutes, seconds = divmod(at_ms // 1000, 60)
    return f"{minutes:02d}:{seconds:02d}"


def _corner(box: Box) -> str:
    left, top, right, bottom = box
    if right - left > _MOST_OF and bottom - top > _MOST_OF:
        return ""
    column = 1 if right - left > _MOST_OF else min(2, (left + right) * 3 // 2000)
    row = 1 if bottom - top > _MOST_OF else min(2, (top + bottom) * 3 // 2000)
    return _(_CORNERS[row][column])


def _subject(finding: Finding, book: Rulebook) -> str:
    """The mark that was looked for, by its title."""
    versions = book.clauses.get(f"marks.{finding.field}", ())
    return str(versions[-1].value.title.speak(language())) if versions else ""


def _told(finding: Finding, by: Rules) -> str:
    """What stands there and what should, in sentences."""
    if finding.check == UNREADABLE:
        return _(PROBLEMS.get(finding.value or "", finding.value or ""))
    if finding.check == "wrong_kind" and finding.value:
        name, colon, rest = finding.value.partition(": ")
        kind = by.kinds.get(name)
        finding = replace(finding, value=f"{kind.title.speak(language())}{colon}{rest}") if kind else finding
    sentences = [_(text).format(**values) for text, values in tellings(finding)]
    found = [_(text) for text in signs(finding)]
    return "; ".join([*found, *sentences]) if found else " ".join(sentences)


_COUNTED = frozenset({"too_many_files", "too_large"})
"""Faults whose value is a figure that stands beside them anyway."""
_LEVEL_OF: Mapping[Outcome, Level] = {Outcome.PASSED: "fine", Outcome.UNSURE: "doubt"}
_MOST_OF = 800
"""Thousandths of a page: what is larger stands on all of it."""
_CORNERS = (
    (N_("top left"), N_("at the top"), N_("top right")),
    (N_("at the left"), N_("in the middle"), N_("at the right")),
    (N_("bottom left"), N_("at the bottom"), N_("bottom right")),
)
_ABOUT_OTHERS = frozenset({"recipient_differs", "clock_differs", "after_promise"})
"""Checks whose field is a mark of the book, and which say something else of it than that it is there."""
_ABOUT: Mapping[str, str] = {
    "after_promise": N_("made in time"),
    "altered": N_("unchanged since it was signed"),
    "bare_translation": N_("translation beside the original"),
    "clock_differs": N_("time as in the platform's log"),
    "logo_missing": N_("carrier's logo"),
    "message_id_unknown": N_("messages known to the platform"),
    "no_timestamp": N_("timestamp"),
    "no_watermark": N_("time in the picture"),
    "number_malformed": N_("form of the number"),
    "number_not_on_order": N_("tracking number"),
    "recipient_differs": N_("recipient as in the order"),
    "screenshot": N_("no capture of a screen"),
    "signature_missing": N_("signature"),
    "translation_missing": N_("notarised translation"),
    "video_short": N_("length of the video"),
    "watermark_drifts": N_("clock in the picture runs with the video"),
    "wrong_kind": N_("kind of document"),
    "wrong_language": N_("language"),
}
"""What is in order where a check finds nothing wrong; marks of the book are named by their titles."""
EMPTY = "empty"
PROBLEMS: Mapping[str, str] = {
    "cannot_open": N_("it cannot be opened"),
    "died": N_("reading it failed"),
    EMPTY: N_("it is empty"),
    "encrypted": N_("it is locked with a password"),
    "no_frames": N_("the video has no pictures"),
    "no_length": N_("the video has no length"),
    "no_video": N_("there is no video in it"),
    "page_too_large": N_("a page is larger than any paper"),
    "too_many_pages": N_("it has too many pages"),
    "too_many_pixels": N_("the picture is too large"),
    "too_much_memory": N_("reading it takes too much memory"),
    "too_slow": N_("reading it takes too long"),
}
"""Why a file cannot be read, by the word of inspection."""
_OWN: Mapping[str, tuple[str, str]] = {
    "unreadable": (N_("The file cannot be read."), N_("See that it is a file that can be opened, or export it anew.")),
    "bad_file_name": (N_("The name of the file does not fit."), N_("Name it as the platform wants it.")),
    "other_order": (N_("It is about another order."), N_("Hand in the files of this order.")),
}
"""Faults of files in our own words, for books that have no code for them."""


def counts(remarks: Iterable[Remark]) -> str:
    """`refusals: 1 · doubts: 2`; empty where there is neither."""
    levels = [remark.level for remark in remarks]
    return " · ".join(_counted(levels))


def _counted(levels: Sequence[Level]) -> Iterator[str]:
    if refused := levels.count("refuse"):
        yield _("refusals: {count}").format(count=refused)
    if doubted := levels.count("doubt"):
        yield _("doubts: {count}").format(count=doubted)
