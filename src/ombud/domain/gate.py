"""The gate: what is refused at once, before anybody looks at what the files say (O11, O13, S6).

It goes by the book alone: the clauses `files`, `content` and `kinds` say what is a fault, `reasons` gives its code and
whether it shuts the gate. A fault that shuts it and has no code in the book is said in words.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, get_args

from ombud.domain.cases import State
from ombud.domain.evidence import Outcome, Piece, Reason
from ombud.domain.formats import said_by_name
from ombud.domain.instants import format_instant
from ombud.domain.problems import N_, Problem
from ombud.domain.rulebook.clauses.evidence import ContentVersion, FilesVersion, Format, KindVersion
from ombud.domain.rulebook.clauses.reasons import ReasonVersion
from ombud.domain.rulebook.dated import Dated

WINDOW_SHUT = "window_shut"
ALREADY_SUBMITTED = "already_submitted"
UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class Rules:
    """The clauses of a book that the gate goes by, in the versions that hold for one case.

    kinds: by name. codes: fault -> (the platform's code, its version).
    """

    files: FilesVersion | None
    content: ContentVersion | None
    kinds: Mapping[str, KindVersion]
    codes: Mapping[str, tuple[str, Dated[ReasonVersion]]]


def rules(clauses: Iterable[str], version: Callable[[str], Dated[Any] | None]) -> Rules:
    """Out of a book's `clauses`; `version` gives the version of one that holds for the case."""
    kinds: dict[str, KindVersion] = {}
    codes: dict[str, tuple[str, Dated[ReasonVersion]]] = {}
    for clause in clauses:
        section, _, name = clause.partition(".")
        found = version(clause) if section in ("kinds", "reasons") else None
        if found is None:
            continue
        if section == "kinds":
            kinds[name] = found.value
        else:
            codes.setdefault(found.value.fault, (name, found))
    files, content = version("files"), version("content")
    return Rules(files.value if files else None, content.value if content else None, kinds, codes)


@dataclass(frozen=True, slots=True)
class Upload:
    """What is handed in at once, and what the gate must know of its case. The findings of the pieces are all there are,
    those of judging among them.

    at: when the server had all of it. shuts_at: when the window shuts (None: no clock). spent: submissions so far.
    rejected: hashes of the files that were handed in for this case before and did not convince. served: hashes of those
    that another case was answered with.
    """

    pieces: tuple[Piece, ...]
    at: datetime
    order_id: str
    state: State
    shuts_at: datetime | None
    spent: int = 0
    rejected: frozenset[str] = frozenset()
    served: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the gate found. reasons: faults that the book has a code for, also those that only weigh in the ruling;
    problems: those that shut the gate and have none."""

    reasons: tuple[Reason, ...] = ()
    problems: tuple[Problem, ...] = ()
    faults: frozenset[str] = field(default_factory=frozenset)

    @property
    def refused(self) -> bool:
        """Whether nothing of the upload is taken."""
        return bool(self.problems) or any(reason.severity == "gate" for reason in self.reasons)

    @property
    def codes(self) -> list[str]:
        """The codes that the platform refuses it with, each once."""
        return list(dict.fromkeys(reason.code for reason in self.reasons if reason.severity == "gate"))

    @property
    def takes_no_more(self) -> bool:
        """Whether nothing at all is taken any more, whatever is mended: the window is shut, or all is spent."""
        return bool(self.faults & {WINDOW_SHUT, ALREADY_SUBMITTED})


def look(upload: Upload, by: Rules) -> Verdict:
    """Everything that the gate has against an upload, in the order: the case, the upload as a whole, piece by piece."""
    reasons: list[Reason] = []
    problems: list[Problem] = []
    faults: set[str] = set()
    for fault, rests_on, value in _faults(upload, by):
        code = by.codes.get(fault)
        if code is None:
            text, mend = _WORDS[fault]
            problems.append(Problem(fault, text, {"piece": rests_on, "value": value}, mend=mend))
        else:
            name, version = code
            clause = f"reasons.{name}@{version.valid_from.date().isoformat()}"
            reasons.append(Reason(name, fault, version.value.severity, clause, rests_on, value))
        faults.add(fault)
    return Verdict(tuple(reasons), tuple(problems), frozenset(faults))


def kind_of(name: str, by: Rules) -> tuple[str, str]:
    """(kind, language) that the name of a file says by the book's pattern; empty where it says none."""
    said = _said(name, by)
    word = said.get("evidence_type")
    kind = next((kind for kind, version in by.kinds.items() if version.file_word == word), "")
    return kind, said.get("language") or ""


Found = tuple[str, str, str | None]
"""A fault, what it was read from, and what stood there."""


def _faults(upload: Upload, by: Rules) -> Iterator[Found]:
    shut = upload.shuts_at is not None and upload.at >= upload.shuts_at
    if shut or upload.state is State.LOST:
        yield WINDOW_SHUT, "", format_instant(upload.shuts_at) if upload.shuts_at else None
    most = by.files.submissions if by.files else None
    if upload.state is State.UNDER_REVIEW or (most is not None and upload.spent >= most):
        yield ALREADY_SUBMITTED, "", None
    if by.files and by.files.most_files is not None and len(upload.pieces) > by.files.most_files:
        yield "too_many_files", "", str(len(upload.pieces))
    size = sum(piece.size for piece in upload.pieces)
    if by.files and by.files.most_bytes is not None and size > by.files.most_bytes:
        yield "too_large", "", str(size)
    first: dict[str, str] = {}
    for piece in upload.pieces:
        yield from _of_name(piece, upload.order_id, by)
        yield from _of_content(piece, by)
        yield from _of_findings(piece, by)
        if first.setdefault(piece.sha256, piece.name) != piece.name:
            yield "duplicate_file", piece.name, first[piece.sha256]
        if by.content and not by.content.same_file_again and piece.sha256 in upload.rejected:
            yield "same_file_again", piece.name, None
        if by.content and by.content.one_proof_one_case and piece.sha256 in upload.served:
            yield "evidence_reused", piece.name, None


def _of_name(piece: Piece, order_id: str, by: Rules) -> Iterator[Found]:
    if by.files is None or by.files.name is None:
        return
    said = _said(piece.name, by)
    if not said:
        yield "bad_file_name", piece.name, by.files.name_example
        return
    if said.get("order_id") not in (None, order_id):
        yield "other_order", piece.name, said["order_id"]
    kind = by.kinds.get(piece.kind)
    if kind and said.get("evidence_type") not in (None, kind.file_word):
        yield "bad_file_name", piece.name, said["evidence_type"]
    if piece.language and said.get("language") not in (None, piece.language):
        yield "bad_file_name", piece.name, said["language"]


def _of_content(piece: Piece, by: Rules) -> Iterator[Found]:
    kind = by.kinds.get(piece.kind)
    if kind is None:
        yield "unknown_kind", piece.name, piece.kind
    if not piece.size:
        yield UNREADABLE, piece.name, None
        return
    taken = [set(formats) for formats in (by.files and by.files.formats, kind and kind.formats) if formats]
    if any(piece.format not in formats for formats in taken):
        yield "bad_format", piece.name, piece.format or None
    named = said_by_name(piece.name)
    if named and piece.format and named != piece.format and named in _FORMATS:
        yield "format_hidden", piece.name, piece.format


def _of_findings(piece: Piece, by: Rules) -> Iterator[Found]:
    """What is certain about the content and shuts the gate by the book; what cannot be opened does so by any book."""
    for one in piece.findings if piece.size else ():
        code = by.codes.get(one.check)
        shuts = code[1].value.severity == "gate" if code else one.check == UNREADABLE
        if one.outcome is Outcome.FAILED and one.confidence == 1 and shuts:
            yield one.check, piece.name, one.value


def _said(name: str, by: Rules) -> Mapping[str, str]:
    """What the groups of the book's pattern say; empty where the name does not match, or the book has no pattern."""
    if by.files is None or by.files.name is None:
        return {}
    match = re.fullmatch(by.files.name, name)
    return match.groupdict() if match else {}


def missing(kinds_asked: Sequence[str], pieces: Iterable[Piece]) -> list[str]:
    """Of the kinds that must be there, those of which there is no piece, in the order in which they are asked for."""
    there = {piece.kind for piece in pieces}
    return [kind for kind in dict.fromkeys(kinds_asked) if kind not in there]


_FORMATS = frozenset(get_args(Format))
_WORDS: Mapping[str, tuple[str, str]] = {
    WINDOW_SHUT: (N_("The window has shut."), N_("Nothing can be handed in any more.")),
    ALREADY_SUBMITTED: (
        N_("Evidence was handed in already, and the platform takes no more of it now."),
        N_("`ombud evidence list` shows what was handed in."),
    ),
    "too_many_files": (N_("{value} files are more than one upload may have."), N_("Leave some of them out.")),
    "too_large": (N_("{value} bytes are more than one upload may have."), N_("Leave files out, or make them smaller.")),
    "bad_file_name": (N_("The name of {piece} does not fit: {value}."), N_("Name it as the platform wants it.")),
    "other_order": (N_("{piece} is named for another order, {value}."), N_("Hand in the files of this order.")),
    "bad_format": (N_("{piece} is of a format that is not taken here."), N_("Convert it to one that is.")),
    "format_hidden": (
        N_("{piece} is {value} by its content, whatever its name says."),
        N_("Convert the file instead of renaming it."),
    ),
    UNREADABLE: (N_("{piece} cannot be read."), N_("Export it anew, without a password.")),
    "unknown_kind": (N_("{piece} is of the kind {value}, which the book does not know."), N_("Name another kind.")),
    "duplicate_file": (N_("{piece} is the same file as {value}."), N_("Leave one of the two out.")),
    "same_file_again": (N_("{piece} was handed in before and did not convince."), N_("Mend it first.")),
    "evidence_reused": (N_("{piece} served another case."), N_("Hand in the proof of this order.")),
}
"""Every fault that the gate finds, in our own words, for books that have no code for it."""
