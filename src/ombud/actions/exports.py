"""Writes one case as a folder that proves itself: whole or not at all, and nothing of any other case."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from importlib.resources import files
from pathlib import Path
from typing import Any

from django.db.models import Model

from ombud.documents.notice import notice
from ombud.documents.ruling import ruling_record
from ombud.documents.typeset import pdf
from ombud.domain import exported
from ombud.domain.chain import canonical, read, readable
from ombud.domain.instants import format_instant, parse_instant
from ombud.domain.problems import N_, OmbudError, Problem
from ombud.store import evidence_files, proofs, signing
from ombud.store.case_file import CaseFile, case_file
from ombud.store.database import spoken
from ombud.store.models import RulebookVersion, Ruling, StoredFile, Submission
from ombud.store.proofs import StoredStep
from ombud.store.signing import SigningKey
from ombud.whole import refuse_full, whole_folder

_AT_ONCE = 1 << 20
_OWN = ("store_id", "platform", "complaint_id", "platform_status", "route")


@dataclass
class Export:
    """What was written. dropped: hashes of evidence whose content is no longer kept. unsigned: why nobody signed it."""

    folder: Path
    case_id: int
    files: dict[str, str] = field(default_factory=dict)
    events: int = 0
    sealed_seq: int = 0
    dropped: list[str] = field(default_factory=list)
    unsigned: Problem | None = None


def export_case(case_id: int, folder: Path, *, at: datetime, language: str, documents: bool = True) -> Export:
    """Writes the case as it stands into `folder`, which must be new or empty.

    at: when that is done. language: of the ruling's PDF (en, ru, zh). Raises OmbudError where there is no such case,
    where the folder is not empty or cannot be written, and where a document cannot be drawn; then nothing is there.
    """
    refuse_full(folder)
    try:
        with spoken(), whole_folder(folder) as draft:
            export = _write(case_id, draft, at=at, language=language, documents=documents)
    except OSError as error:
        raise OmbudError(
            Problem(
                "cannot_write",
                N_("The folder {folder} cannot be written: {reason}."),
                {"folder": str(folder), "reason": error.strerror or str(error)},
                mend=N_("Name a folder in a place that this user may write, with enough room."),
            )
        ) from error
    export.folder = folder
    return export


def _write(case_id: int, draft: Path, *, at: datetime, language: str, documents: bool) -> Export:
    export = Export(draft, case_id)
    with proofs.one_view():
        steps = proofs.steps(f"e.case_id = {int(case_id)}")
        latest = max([at, *(parse_instant(step.step.event["at"]) for step in steps)])  # a clock may have been set back
        file = case_file(case_id, latest)
        export.events = len(steps)
        for name, value in _parts(file, steps, export).items():
            _text(export, name, readable(value))
        for ruling in Ruling.objects.filter(case_id=case_id):
            _text(export, exported.record_file(ruling.ruling_id), ruling.record)
        _text(export, exported.BOOK, RulebookVersion.objects.get(digest=file.case.rulebook_id).text)
        _text(export, exported.README, files("ombud.actions").joinpath("export_readme.txt").read_text("utf-8"))
        stored = {one.sha256: one for handed in file.submissions for one in _files(handed.pieces)}
        drawn = dict(_documents(file, latest, language)) if documents else {}
        key = _key(export)
    for one in stored.values():
        _evidence(export, one)
    for name, document in drawn.items():
        _bytes(export, name, pdf(document))
    body = {
        "case_id": case_id,
        "exported_at": format_instant(at),
        "files": export.files,
        "form": exported.FORM,
        "key": key.public if key else "",
    }
    _text(export, exported.MANIFEST, exported.signed_manifest(body, key.sign(canonical(body)) if key else ""))
    return export


def _parts(file: CaseFile, steps: list[StoredStep], export: Export) -> Mapping[str, Any]:
    case_id = file.case.case_id
    rulings = proofs.rulings_named([ruling.ruling_id for ruling in Ruling.objects.filter(case_id=case_id)])
    submissions = proofs.submissions_named(
        list(Submission.objects.filter(case_id=case_id).values_list("submission_id", flat=True))
    )
    return {
        exported.CASE: {
            "case_id": case_id,
            **{name: getattr(file.case, name) for name in _OWN},
            **proofs.columns(f"c.case_id = {case_id}")[case_id],
        },
        exported.EVENTS: [
            {**step.step.event, "bound": step.step.kept_bound, "hash": step.step.kept_hash} for step in steps
        ],
        exported.POSTINGS: [
            {"seq": step.step.seq, "postings": step.step.bound["postings"]}
            for step in steps
            if step.step.bound.get("postings")
        ],
        exported.RULINGS: list(rulings.values()),
        exported.SUBMISSIONS: list(submissions.values()),
        exported.FACTS: _facts(file),
        exported.PROOF: _proof(case_id, export),
    }


def _proof(case_id: int, export: Export) -> Mapping[str, Any]:
    """The head that the last checkpoint closes, with the way to its root; nulls where nothing was sealed yet."""
    heads, point = proofs.sealed_heads(f"s.case_id = {case_id}").get(case_id), proofs.last_checkpoint()
    if not heads or point is None:
        return {"head": None, "checkpoint": None, "path": []}
    _, seq, head = heads[-1]
    export.sealed_seq = seq
    path = proofs.path_of(case_id, read(point.body)["floors"])
    return {
        "head": {"seq": seq, "hash": head},
        "checkpoint": {"body": point.body, "signature": point.signature, "public_key": point.public_key},
        "path": [beside.hex() for beside in path],
    }


def _facts(file: CaseFile) -> Mapping[str, Any]:
    return {
        "store": _row(file.store),
        "order": _row(file.order),
        "lines": [_row(line) for line in file.lines],
        "parcels": [{**_row(track.parcel), "scans": [_row(scan) for scan in track.scans]} for track in file.tracks],
        "complaints": [_row(complaint) for complaint in file.complaints],
        "messages": [_row(message) for message in file.messages],
        "recipient": _row(file.recipient) if file.recipient else None,
    }


def _row(row: Model) -> dict[str, Any]:
    values = {column.attname: getattr(row, column.attname) for column in row._meta.concrete_fields}
    return {
        name: format_instant(value) if isinstance(value, datetime) else value
        for name, value in values.items()
        if name != "check_at"
    }


def _files(pieces: Any) -> list[StoredFile]:
    return list(StoredFile.objects.filter(sha256__in=[piece.file_id for piece in pieces]))


def _documents(file: CaseFile, at: datetime, language: str) -> Iterator[tuple[str, Any]]:
    yield "notice.pdf", notice(file, at)
    if file.rulings:
        yield "ruling.pdf", ruling_record(file, at, language=language)


def _key(export: Export) -> SigningKey | None:
    """The key that signs the folder as a whole; without one it is written all the same, and says so."""
    try:
        return signing.signing_key()
    except OmbudError as error:
        if not {problem.code for problem in error.problems} <= signing.WITHOUT_KEY:
            raise
        export.unsigned = error.problems[0]
        return None


def _evidence(export: Export, stored: StoredFile) -> None:
    if stored.dropped_at is not None:
        export.dropped.append(stored.sha256)
        return
    name = exported.evidence_file(stored.sha256, stored.format)
    path, digest = export.folder / name, sha256()
    path.parent.mkdir(exist_ok=True)
    with evidence_files.open_file(stored.sha256) as content, path.open("wb") as target:
        while part := content.read(_AT_ONCE):
            digest.update(part)
            target.write(part)
    if digest.hexdigest() != stored.sha256:
        raise OmbudError(
            Problem(
                "content_differs",
                N_("The content kept under {sha256} is another one: its hash is {found}."),
                {"sha256": stored.sha256, "found": digest.hexdigest()},
                mend=N_("Bring the file back from a backup of the evidence store."),
            )
        )
    export.files[name] = stored.sha256


def _text(export: Export, name: str, text: str) -> None:
    _bytes(export, name, text.encode("utf-8", "surrogatepass"))


def _bytes(export: Export, name: str, content: bytes) -> None:
    path = export.folder / name
    path.parent.mkdir(exist_ok=True)
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    if name != exported.MANIFEST:
        export.files[name] = sha256(content).hexdigest()
