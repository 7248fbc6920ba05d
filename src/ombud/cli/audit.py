"""`ombud audit`, `ombud seal`, `ombud export`: history verified, sealed, handed out as a folder that proves itself."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.text import Text

from ombud.cli import say
from ombud.cli.say import _
from ombud.domain import exported
from ombud.domain.chain import Misfit
from ombud.domain.exported import Checked
from ombud.domain.instants import format_instant, parse_instant
from ombud.domain.problems import N_, OmbudError, Problem
from ombud.store import audit as store_audit
from ombud.store import database, signing
from ombud.store.audit import Audit
from ombud.store.models import Checkpoint

_AT_ONCE = 1 << 20
_Json = Annotated[bool, typer.Option("--json", help="For programs.")]


def audit(
    folder: Annotated[
        Path | None, typer.Argument(metavar="[FOLDER]", help="An exported case; default: the whole store.")
    ] = None,
    public_key: Annotated[
        list[Path] | None,
        typer.Option(metavar="FILE", help="A key that may have signed (PEM); may be given several times."),
    ] = None,
    as_json: _Json = False,
) -> None:
    """Verify the whole history, or one exported case without any store; exit code 1 where something does not fit."""
    keys = signing.public_keys(public_key) if public_key else None
    if folder is not None:
        checked = check_folder(folder, keys)
        misfits, found = checked.misfits, len(checked.misfits)
        if as_json:
            say.print_json(_folder_json(checked))
        else:
            _tell_folder(checked, known=keys is not None)
    else:
        database.prepare()
        with database.spoken(), say.progress(_("Audit")) as progress:
            told = store_audit.audit_store(keys=keys, progress=progress)
        misfits, found = told.misfits, told.found
        if as_json:
            say.print_json(_store_json(told))
        else:
            _tell_store(told, known=keys is not None)
    if not as_json:
        _tell_misfits(misfits, found)
    raise typer.Exit(1 if found else 0)


def check_folder(folder: Path, keys: frozenset[str] | None) -> Checked:
    """Verifies an exported case. Raises OmbudError where there is no such folder or a file of it cannot be read."""
    if not folder.is_dir():
        raise OmbudError(
            Problem(
                "no_folder",
                N_("{folder} is no folder."),
                {"folder": str(folder)},
                mend=N_("Name the folder that `ombud export` wrote; without one, the store is verified."),
            )
        )
    try:
        found = {path.relative_to(folder).as_posix(): _hash(path) for path in _files(folder)}

        def text_of(name: str) -> str:
            return folder.joinpath(name).read_bytes().decode("utf-8", "surrogatepass") if name in found else ""

        return exported.check(found, text_of, verifies=signing.verifies, keys=keys)
    except OSError as error:
        raise OmbudError(
            Problem(
                "cannot_read",
                N_("{file} cannot be read: {reason}."),
                {"file": str(error.filename), "reason": error.strerror or str(error)},
                mend=N_("Give this user the right to read it."),
            )
        ) from error


def _files(folder: Path) -> Iterator[Path]:
    """Everything but folders; what a link points to is not followed out of the folder."""
    for path in sorted(folder.rglob("*")):
        if path.is_symlink() or not path.is_dir():
            yield path


def _hash(path: Path) -> str:
    if path.is_symlink() or not path.is_file():
        return "-"  # no file of an export, whatever it points to
    digest = sha256()
    with path.open("rb") as file:
        while part := file.read(_AT_ONCE):
            digest.update(part)
    return digest.hexdigest()


def _tell_store(told: Audit, *, known: bool) -> None:
    words = _("{cases} cases with {events} events, {checkpoints} checkpoints.")
    say.out.print(
        words.format(
            cases=say.number(told.cases), events=say.number(told.events), checkpoints=say.number(told.checkpoints)
        )
    )
    if told.sealed_at:
        words = _("Sealed as of {at}; not yet sealed: {unsealed} events.")
        say.out.print(words.format(at=told.sealed_at, unsealed=say.number(told.unsealed)))
    else:
        say.out.print(_("Nothing is sealed yet."))
    for key, number in told.keys.items():
        say.out.print(
            Text(_("Signed from checkpoint {number} on by {key}").format(number=number, key=key)), soft_wrap=True
        )
    _tell_unknown(bool(told.keys) and not known)


def _tell_folder(checked: Checked, *, known: bool) -> None:
    if checked.case_id is None:
        return  # it is no export, and what is wrong with it says so
    words = _("Case {case}: {events} events, {files} files, {replayed} rulings made again to the byte.")
    say.out.print(
        words.format(
            case=checked.case_id, events=checked.events, files=checked.files, replayed=checked.replayed
        )
    )  # fmt: skip
    if checked.checkpoint is None:
        say.out.print(_("Nothing of it is sealed yet."))
    else:
        words = _("Sealed up to step {seq} by checkpoint {number} as of {at}; not yet sealed: {unsealed} events.")
        unsealed = checked.events - checked.sealed_seq
        say.out.print(
            words.format(seq=checked.sealed_seq, number=checked.checkpoint, at=checked.sealed_at, unsealed=unsealed)
        )
    for sha in checked.dropped:
        say.out.print(
            Text(_("Let go before the export, only its hash is here: {sha256}").format(sha256=sha)), soft_wrap=True
        )
    for key in sorted({checked.key or "", checked.signed_by} - {""}):
        say.out.print(Text(_("Signed by {key}").format(key=key)), soft_wrap=True)
    if not checked.signed_by:
        say.out.print(
            _("Nobody signed the folder as a whole: its facts and documents are as good as its giver's word.")
        )
    _tell_unknown(bool(checked.key or checked.signed_by) and not known)


def _tell_unknown(unknown: bool) -> None:
    if unknown:
        say.out.print(
            _("Whose key that is, only you can say: give the one that you know with --public-key."), style="yellow"
        )


def _tell_misfits(misfits: Sequence[Misfit], found: int) -> None:
    if not found:
        say.out.print(Text(_("Everything fits."), style="green"))
        return
    for misfit in misfits:
        say.out.print(Text("✗ ", style="red").append(misfit.problem.say(_), style="default"), soft_wrap=True)
    if found > len(misfits):
        say.out.print(_("… and {count} more.").format(count=say.number(found - len(misfits))))


def _misfit_json(misfit: Misfit) -> dict[str, Any]:
    place = misfit.problem.place
    return {
        "code": misfit.problem.code,
        "case_id": misfit.case_id,
        "seq": misfit.seq,
        "file": place.file if place else None,
        "said": misfit.problem.say(_),
    }


def _store_json(told: Audit) -> dict[str, Any]:
    return {
        "cases": told.cases,
        "events": told.events,
        "checkpoints": told.checkpoints,
        "sealed_at": told.sealed_at,
        "unchained": told.unchained,
        "unsealed": told.unsealed,
        "keys": [{"key": key, "from_checkpoint": number} for key, number in told.keys.items()],
        "found": told.found,
        "misfits": [_misfit_json(misfit) for misfit in told.misfits],
    }


def _folder_json(checked: Checked) -> dict[str, Any]:
    return {
        "case_id": checked.case_id,
        "events": checked.events,
        "files": checked.files,
        "sealed_seq": checked.sealed_seq,
        "checkpoint": checked.checkpoint,
        "sealed_at": checked.sealed_at,
        "key": checked.key,
        "signed_by": checked.signed_by or None,
        "replayed": checked.replayed,
        "dropped": checked.dropped,
        "found": len(checked.misfits),
        "misfits": [_misfit_json(misfit) for misfit in checked.misfits],
    }


def seal(
    at: Annotated[str | None, typer.Option(metavar="INSTANT", help="As of this instant; default: now.")] = None,
    new_key: Annotated[
        bool, typer.Option("--new-key", help="Sign with another key than before: the old one is lost or retired.")
    ] = False,
    show_key: Annotated[
        bool, typer.Option("--show-key", help="Print the public key (PEM) for auditors, and seal nothing.")
    ] = False,
    as_json: _Json = False,
) -> None:
    """Hash what is new and seal all histories now, without waiting for the schedule."""
    from ombud.actions import seals

    instant = parse_instant(at) if at else datetime.now(UTC)
    database.prepare()
    with database.spoken():
        key = signing.signing_key(may_change=new_key)
        if show_key:
            typer.echo(signing.pem(key.public), nl=False)
            return
        with say.progress(_("Hashing")) as progress:
            chained = seals.chain(progress=progress)
        point = seals.seal(instant, key=key)
    if as_json:
        say.print_json({"chained": chained, "checkpoint": _point_json(point) if point else None, "key": key.public})
        return
    say.out.print(_("{count} events hashed.").format(count=say.number(chained)))
    if point is None:
        say.out.print(_("Nothing is new since the last checkpoint."))
    else:
        words = _("Checkpoint {number} as of {at} seals {cases} cases with {events} events.")
        counts = {"cases": say.number(point.cases), "events": say.number(point.events)}
        say.out.print(words.format(number=point.checkpoint_id, at=format_instant(point.at), **counts))
    say.out.print(Text(_("Signed by {key}").format(key=key.public)), soft_wrap=True)


def _point_json(point: Checkpoint) -> dict[str, Any]:
    names = ("checkpoint_id", "cases", "events", "root", "previous", "body", "public_key", "signature")
    return {**{name: getattr(point, name) for name in names}, "at": format_instant(point.at)}


def export(
    name: Annotated[str, typer.Argument(metavar="ID", help="The number of a case, or the id of an order.")],
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="Where to; it must be new or empty.")],
    at: Annotated[str | None, typer.Option(metavar="INSTANT", help="When this is done; default: now.")] = None,
    lang: Annotated[
        str | None, typer.Option(help="The language of the ruling's PDF, en, ru or zh; default: the reader's.")
    ] = None,
    no_documents: Annotated[
        bool, typer.Option("--no-documents", help="Without the PDFs of notice and ruling.")
    ] = False,
    as_json: _Json = False,
) -> None:
    """Write one case with its evidence, rulings and proof into a folder that `ombud audit` verifies anywhere."""
    from ombud.actions.exports import export_case
    from ombud.cli.the_case import the_case

    instant = parse_instant(at) if at else datetime.now(UTC)
    database.prepare()
    with database.spoken():
        case = the_case(name, None)
        done = export_case(
            case.case_id, folder, at=instant, language=lang or say.language(), documents=not no_documents
        )
    if as_json:
        say.print_json(
            {
                "case_id": done.case_id,
                "folder": str(done.folder),
                "events": done.events,
                "sealed_seq": done.sealed_seq,
                "files": done.files,
                "dropped": done.dropped,
                "signed": done.unsigned is None,
            }
        )
        return
    words = _("{folder}: case {case} with {events} events, {sealed} of them sealed, {files} files.")
    counts = {"events": done.events, "sealed": done.sealed_seq, "files": len(done.files)}
    say.out.print(Text(words.format(folder=done.folder, case=done.case_id, **counts)), soft_wrap=True)
    for sha in done.dropped:
        say.out.print(
            Text(_("No longer kept, only its hash is in the folder: {sha256}").format(sha256=sha)), soft_wrap=True
        )
    if done.unsigned is not None:
        say.err.print(
            Text(_("The folder as a whole is not signed: {reason}").format(reason=done.unsigned.say(_))), soft_wrap=True
        )
