"""Puts evidence ready for a case, piece by piece. It spends nothing: only a submission does."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import datetime
from io import BytesIO
from typing import BinaryIO

from django.db import transaction

from ombud.actions import retention
from ombud.actions.cases import Books
from ombud.actions.moving import locked
from ombud.domain import gate
from ombud.domain.case_texts import PUT_READY, RENAMED, TAKEN_OFF
from ombud.domain.cases import ENDS, State
from ombud.domain.evidence import Finding
from ombud.domain.findings import plain_findings
from ombud.domain.gate import Rules
from ombud.domain.instants import format_instant
from ombud.domain.problems import N_, OmbudError, Place, Problem
from ombud.store import evidence_files
from ombud.store.database import spoken
from ombud.store.drafts import rules_of
from ombud.store.models import Case, DraftPiece, DraftStep

_LONGEST_NAME = 255
# A lone surrogate stands for a byte that is no UTF-8: the system takes such names, no database and no JSON does. Marks
# of direction turn around what is read beside them: an .exe ends like a .pdf.
_UNNAMEABLE = re.compile(r"[/\\\x00-\x1f\x7f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class NewPiece:
    """A file to be put ready. `kind` and `language`: None where the name of the file says it, by the book's pattern."""

    name: str
    content: BinaryIO
    kind: str | None = None
    language: str | None = None
    stated: Mapping[str, datetime] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()


def add(
    case_id: int,
    pieces: Sequence[NewPiece],
    *,
    at: datetime,
    actor: str,
    books: Books,
    store_id: str | None = None,
    instead: bool = False,
) -> list[DraftPiece]:
    """Puts the pieces ready, all of them or none. instead: one of the same name is replaced.

    store_id: the store that asks; another's case is as unknown to it as one that is not there. Raises OmbudError with
    every fault that shows before a content is read, then with the first that shows in one.
    """
    with spoken(), ExitStack() as stack:
        case = case_for(case_id, store_id)
        by = rules_of(case, books)
        _refuse(case, pieces, by, instead=instead)
        most = by.files.most_bytes if by.files else None
        received = []
        for piece in pieces:
            try:
                received.append(stack.enter_context(evidence_files.receive(piece.content, most_bytes=most)))
            except OmbudError as error:
                raise OmbudError(*(_of_file(piece.name, problem, by) for problem in error.problems)) from error
        with transaction.atomic():
            case = locked(case_id)
            _refuse(case, pieces, by, instead=instead)
            DraftPiece.objects.filter(case=case, name__in=[piece.name for piece in pieces]).delete()
            rows = []
            for piece, file in zip(pieces, received, strict=True):
                kind, language = _said(piece, by)
                row = DraftPiece(
                    case=case,
                    name=piece.name,
                    kind=kind,
                    language=language,
                    file=evidence_files.keep(file, at=at),
                    stated={name: format_instant(instant) for name, instant in sorted(piece.stated.items())},
                    findings=plain_findings(piece.findings),
                    added_at=at,
                    actor=actor,
                )
                row.save()
                _note(row, PUT_READY, at=at, actor=actor)
                rows.append(row)
            retention.note({row.file_id for row in rows}, books=books)
        return rows


def rename(
    case_id: int, name: str, to: str, *, at: datetime, actor: str, books: Books, store_id: str | None = None
) -> DraftPiece:
    """Gives a piece that lies ready the name `to`; what that says of its kind and language holds from now on.

    Raises OmbudError where no such piece lies ready, and where `to` is no name, or is taken.
    """
    with spoken(), transaction.atomic():
        case_for(case_id, store_id)
        case = locked(case_id)
        row = _ready(case, name)
        by = rules_of(case, books)
        kind, language = gate.kind_of(to, by)
        _refuse(case, [NewPiece(to, BytesIO(), kind or row.kind, language or row.language)], by, instead=name == to)
        row.name, row.kind, row.language = to, kind or row.kind, language or row.language
        row.added_at, row.actor = at, actor
        row.save()
        _note(row, RENAMED, at=at, actor=actor, was=name)
        return row


def remove(case_id: int, name: str, *, at: datetime, actor: str, books: Books, store_id: str | None = None) -> None:
    """Takes a piece off what lies ready. Raises OmbudError where none of that name does."""
    with spoken(), transaction.atomic():
        case_for(case_id, store_id)
        case = locked(case_id)
        row = _ready(case, name)
        _note(row, TAKEN_OFF, at=at, actor=actor)
        row.delete()
        retention.note({row.file_id}, books=books)


def too_large(name: str, most_bytes: int, case: Case, books: Books) -> OmbudError:
    """What is said of a file that has more bytes than its case takes."""
    problem = Problem(
        "too_large", N_("The file has more than {most} bytes."), {"most": most_bytes}, mend=N_("Make it smaller.")
    )
    return OmbudError(_of_file(name, problem, rules_of(case, books)))


def _note(row: DraftPiece, what: str, *, at: datetime, actor: str, was: str = "") -> None:
    """What was done and by whom, as the draft itself will not remember."""
    DraftStep.objects.create(
        case_id=row.case_id, at=at, actor=actor, what=what, name=row.name, was=was, sha256=row.file_id
    )


def _ready(case: Case, name: str) -> DraftPiece:
    row = DraftPiece.objects.filter(case=case, name=name).first()
    if row is not None:
        return row
    names = DraftPiece.objects.filter(case=case).order_by("name").values_list("name", flat=True)
    raise OmbudError(
        Problem(
            "not_ready",
            N_("No file {name} lies ready for case {text}."),
            {"name": name, "text": f"#{case.case_id}", "names": ", ".join(names) or "–"},
            mend=N_("What lies ready: {names}."),
        )
    )


def case_for(case_id: int, store_id: str | None) -> Case:
    """The case. Raises OmbudError where there is none, and in the same words where it is of another store."""
    found = Case.objects.filter(case_id=case_id).first()
    if found is None or store_id not in (None, found.store_id):
        raise unknown_case(f"#{case_id}", store_id)
    return found


def unknown_case(text: str, store_id: str | None) -> OmbudError:
    """No case is called `text`, or none of that store: whose it is otherwise is not said."""
    if store_id is None:
        said, values = N_("There is no case {text}."), {"text": text}
    else:
        said, values = N_("The store {store} has no case {text}."), {"text": text, "store": store_id}
    return OmbudError(Problem("unknown_case", said, values, mend=N_("`ombud cases` lists them.")))


def _refuse(case: Case, pieces: Sequence[NewPiece], by: Rules, *, instead: bool) -> None:
    if State(case.state) in ENDS:
        raise OmbudError(
            Problem(
                "case_closed",
                N_("Case {text} is closed ({state}): nothing is taken for it any more."),
                {"text": f"#{case.case_id}", "state": case.state},
            )
        )
    ready = set(DraftPiece.objects.filter(case=case).values_list("name", flat=True))
    problems = [problem for piece in pieces for problem in _of_name(piece.name, () if instead else ready)]
    problems += [problem for piece in pieces for problem in _of_words(piece, by)]
    names = [piece.name for piece in pieces]
    problems += [_twice(name) for name in dict.fromkeys(names) if names.count(name) > 1]
    if problems:
        raise OmbudError(*problems)


def _of_name(name: str, ready: set[str] | tuple[str, ...]) -> Iterator[Problem]:
    if not name or len(name) > _LONGEST_NAME or _UNNAMEABLE.search(name):
        yield Problem(
            "no_name",
            N_("{name!r} is no name of a file."),
            {"name": name[:_LONGEST_NAME]},
            mend=N_("Give it a shorter name of letters, digits and signs, without slashes."),
        )
    if name in ready:
        yield Problem(
            "name_taken",
            N_("A file of the name {name} lies ready already."),
            {"name": name},
            mend=N_("Add it with --instead to replace that one, or give it another name."),
        )


def _twice(name: str) -> Problem:
    return Problem(
        "name_taken",
        N_("Two of the files are called {name}."),
        {"name": name},
        mend=N_("Give one of them another name."),
    )


def _of_words(piece: NewPiece, by: Rules) -> Iterator[Problem]:
    kind, language = _said(piece, by)
    place = Place(piece.name)
    if kind not in by.kinds:
        text = N_("There is no kind of evidence {kind!r}.") if kind else N_("The kind of evidence is not said.")
        values = {"kind": kind, "known": ", ".join(by.kinds) or "–"}
        yield Problem("unknown_kind", text, values, place, N_("Name one with --kind: {known}."))
    if language and not re.fullmatch(r"[a-z]{2}", language):
        yield Problem(
            "no_language",
            N_("{language!r} is no language."),
            {"language": language},
            place,
            N_("Write two small letters of ISO 639-1: ru."),
        )
    for name in piece.stated:
        if not re.fullmatch(r"[a-z][a-z0-9_]*", name):
            yield Problem(
                "no_word", N_("{name!r} is no name of a stated time."), {"name": name}, place, N_("Write made_at.")
            )


def _said(piece: NewPiece, by: Rules) -> tuple[str, str]:
    kind, language = gate.kind_of(piece.name, by)
    return (kind if piece.kind is None else piece.kind, language if piece.language is None else piece.language)


def _of_file(name: str, problem: Problem, by: Rules) -> Problem:
    """The same for one of several files; what the book has a code for says it."""
    code = by.codes.get(problem.code)
    if code is None:
        return replace(problem, place=Place(name))
    text = N_("{code}: the file has more than {most} bytes, which all files of an upload may have together.")
    return replace(problem, text=text, values={**problem.values, "code": code[0]}, place=Place(name))
