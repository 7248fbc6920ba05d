"""Files as they lie on a disk, taken in to be packed: each copied once, so that what is read and what is packed are
the same bytes."""

from __future__ import annotations

import hashlib
import itertools
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from ombud.cli import say
from ombud.cli.check_files import Handed, hand_over, visible
from ombud.cli.say import _
from ombud.domain.formats import HEAD
from ombud.domain.gate import UNREADABLE, Rules
from ombud.domain.problems import N_, OmbudError, Place, Problem
from ombud.domain.said import Said
from ombud.inspect.pool import Asked, Pool
from ombud.pack.bench import Reads
from ombud.pack.part import Source
from ombud.pack.taken import form_of
from ombud.store.inspections import writable

MOST = 2_000_000_000
"""Bytes of one file: a long video of a phone."""


def taken_in(paths: Sequence[str], by: Rules, kinds: Mapping[str, str], folder: Path) -> list[Source]:
    """The files with their hashes, formats, and the kinds that people or names say. Raises OmbudError with all that
    cannot be read."""
    roomy = replace(by, files=by.files.model_copy(update={"most_bytes": MOST})) if by.files else by
    handed = hand_over(paths, roomy)
    if problems := [problem for one in handed for problem in _unread(one)]:
        raise OmbudError(*problems)
    return [_source(one, kinds, folder / f"{number}") for number, one in enumerate(handed)]


def _unread(handed: Handed) -> Iterator[Problem]:
    for one in handed.piece.findings:
        if one.check == UNREADABLE:
            values = {"file": visible(handed.path), "reason": one.value or ""}
            yield Problem("unreadable", N_("{file} cannot be read: {reason}."), values)
    if not handed.piece.findings and handed.sha256 is None:
        yield Problem(
            "too_large",
            N_("{file} is larger than {most} bytes."),
            {"file": visible(handed.path), "most": MOST},
            mend=N_("Leave it out, or export it smaller."),
        )


def _source(handed: Handed, kinds: Mapping[str, str], copy: Path) -> Source:
    piece = handed.piece
    try:
        shutil.copyfile(handed.place, copy)
        with copy.open("rb") as file:
            same = hashlib.file_digest(file, "sha256").hexdigest() == piece.sha256
            file.seek(0)
            form = piece.format or form_of(file.read(HEAD), b"")
    except OSError as error:
        same, form = False, error.strerror or ""
    if not same:
        values = {"file": visible(handed.path)}
        mend = N_("Wait until it is written, and try again.")
        raise OmbudError(Problem("changed", N_("{file} changed while it was read."), values, mend=mend))
    kind = kinds.get(handed.path, kinds.get(Path(handed.path).name, piece.kind))
    return Source(copy, piece.name, piece.sha256, piece.size, form, kind, piece.language)


def kinds_said(words: Sequence[str], files: Sequence[str], by: Rules) -> dict[str, str]:
    """`FILE=KIND` as they were written: file -> kind. Raises OmbudError for an unknown file, an unknown kind."""
    found: dict[str, str] = {}
    problems = []
    names = {name for file in files for name in (file, Path(file).name)}
    for word in words:
        file, equals, kind = word.rpartition("=")
        values = {"word": word, "file": file, "kind": kind, "known": ", ".join(by.kinds) or "–"}
        place = Place(column="--kind")
        if not equals:
            text = N_("{word!r} does not say which file it is about.")
            problems.append(Problem("no_file_of_kind", text, values, place, N_("Write FILE=KIND. Known: {known}.")))
        elif file not in names:
            text = N_("{file} is none of the files to be packed.")
            problems.append(Problem("no_file_of_kind", text, values, place, N_("Name it as it stands among them.")))
        elif kind not in by.kinds:
            text = N_("There is no kind of evidence {kind!r}.")
            problems.append(Problem("unknown_kind", text, values, place, N_("Name one with --kind: {known}.")))
        found[file] = kind
    if problems:
        raise OmbudError(*problems)
    return found


@contextmanager
def reading() -> Iterator[tuple[Reads, Callable[[], None]]]:
    """What reads files, and what is to be called with each that is made: with a bar for the person who waits."""
    made = itertools.count(1)
    with Pool() as pool, say.progress(_("files")) as advance:

        def read(asked: Sequence[Asked]) -> list[tuple[Said, ...]]:
            told = pool.inspect(asked, progress=lambda told: advance(told.what, told.done, told.of))
            return [writable(one.said) for one in told]

        yield read, lambda: advance("make", next(made), None)
