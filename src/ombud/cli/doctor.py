"""`ombud doctor`: every part that Ombud needs, whether it works here, and the command that turns on what does not."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Annotated, Any, Literal, TypeAlias

import typer
from django.conf import settings
from django.db import connection
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from ombud.cli import say
from ombud.cli.grid import sentence
from ombud.cli.say import _
from ombud.documents.fonts import shipped_fonts
from ombud.domain.problems import N_, OmbudError
from ombud.inspect.parts import Part, parts
from ombud.scan import spark
from ombud.store import database, evidence_files, proofs, signing

State: TypeAlias = Literal["ok", "missing", "optional"]
_SIGNS: dict[State, tuple[str, str]] = {"ok": ("✓", "green"), "missing": ("✗", "red"), "optional": ("–", "dim")}
_CHECKS = {
    "barcode": N_("barcodes"),
    "format": N_("formats of files"),
    "ink": N_("signatures in ink"),
    "jpeg": N_("JPEG pictures"),
    "language": N_("language of a document"),
    "mp4": N_("videos"),
    "ocr": N_("letters in pictures and scans"),
    "pdf": N_("PDF documents"),
    "png": N_("PNG pictures"),
    "reading": N_("fields of a document"),
    "signature": N_("digital signatures"),
    "watermark": N_("the time in pictures and videos"),
}
"""What cannot be checked without a part, by the word of inspection."""


@dataclass(frozen=True, slots=True)
class Found:
    """One part. name, note, off, mend: in the reader's language. optional: not here, and nothing is wrong with that."""

    group: str
    name: str
    state: State
    note: str = ""
    off: tuple[str, ...] = ()
    mend: str = ""


def doctor(as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False) -> None:
    """Say which parts work here and what turns on those that do not. Exit code 0 all well, 1 something is off."""
    with say.progress(_("parts")):
        found = [*_store(), *_documents(), *map(of_part, parts()), *_optional()]
    off = [one for one in found if one.state == "missing"]
    if as_json:
        say.print_json({"ok": not off, "parts": [_json(one) for one in found]})
    else:
        _draw(found, len(off))
    raise typer.Exit(1 if off else 0)


def _store() -> Iterator[Found]:
    group, name, usable = _("Database and files"), _("database"), False
    try:
        with database.spoken():
            found, usable = _database(group, name)
            yield found
    except OmbudError as error:
        yield _failed(group, name, error)
    yield _tried(group, _("evidence store"), evidence_files.refuse_unusable, evidence_files.place())
    yield _signing(group, usable=usable)


def _database(group: str, name: str) -> tuple[Found, bool]:
    """And whether its tables can be read. A file that is not there yet is not made."""
    if connection.vendor == "sqlite" and not Path(str(connection.settings_dict["NAME"])).exists():
        note = _("made by the first command that needs it: {file}").format(file=database.name())
        return Found(group, name, "ok", note), False
    steps = database.pending()
    if steps and connection.vendor != "sqlite":
        off = (_("every command with a store"),)
        return Found(group, name, "missing", database.name(), off, "ombud migrate"), False
    with connection.cursor() as cursor:
        cursor.execute("SELECT sqlite_version()" if connection.vendor == "sqlite" else "SHOW server_version")
        known = cursor.fetchone()[0]
    return Found(group, name, "ok", f"{connection.display_name} {known}: {database.name()}"), not steps


def _signing(group: str, *, usable: bool) -> Found:
    """The key that signs checkpoints; it is looked at and never made."""
    name, path = _("signing key"), signing.key_file()
    off = (_("seals over the history, exports"),)
    if path is not None and not usable and path.exists():
        return Found(group, name, "ok", str(path))
    try:
        with database.spoken():
            made_later = path is not None and not path.exists() and not settings.SIGNING_KEY
            if made_later and not (usable and proofs.last_checkpoint()):
                note = _("made when the store is first sealed: {file}").format(file=path)
                return Found(group, name, "ok", note)
            if usable or path is None:
                signing.signing_key()
    except OmbudError as error:
        return _failed(group, name, error, off)
    return Found(group, name, "ok", str(path))


def _documents() -> Iterator[Found]:
    group, name, off = _("Documents"), _("fonts"), (_("notices, rulings and statements as PDF"),)
    try:
        yield Found(group, name, "ok", ", ".join(shipped_fonts()[1]), off)
    except OmbudError as error:
        yield _failed(group, name, error, off)


def _optional() -> Iterator[Found]:
    """What only some want: that it is not here is no fault."""
    group, off = _("Only where you want it"), ("ombud scan --engine spark",)
    try:
        spark.refuse_missing()
        yield Found(group, "Spark", "ok", _version("pyspark"), off)
    except OmbudError as error:
        yield replace(_failed(group, "Spark", error, off), state="optional")
    storages = _version("django-storages")
    state: State = "ok" if storages else "optional"
    mend = "" if storages else "pip install 'ombud[s3]'"
    yield Found(group, "S3", state, storages, ("OMBUD_EVIDENCE=s3://",), mend)


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return ""


def of_part(part: Part) -> Found:
    """One that reading needs."""
    off = tuple(_(_CHECKS.get(check, check)) for check in part.checks)
    note = " · ".join(word for word in (part.version, part.reason if part.state == "missing" else "") if word)
    return Found(_("What files say"), _(part.name), part.state, note, off, _(part.mend) if part.mend else "")


def _tried(group: str, name: str, try_: Callable[[], object], note: str) -> Found:
    try:
        try_()
    except OmbudError as error:
        return _failed(group, name, error)
    return Found(group, name, "ok", note)


def _failed(group: str, name: str, error: OmbudError, off: tuple[str, ...] = ()) -> Found:
    problem = error.problems[0]
    mend = _(problem.mend).format(**problem.values) if problem.mend else ""
    return Found(group, name, "missing", _(problem.text).format(**problem.values), off, mend)


def _draw(found: list[Found], off: int) -> None:
    width, group = say.out.width, ""
    for one in found:
        if one.group != group:
            group = one.group
            say.out.print(Text(f"\n{group}" if one is not found[0] else group, style="bold"))
        sign, style = _SIGNS[one.state]
        row = Table.grid(padding=(0, 1, 0, 0))
        known = [one.note, ", ".join(one.off) if one.state == "ok" else ""]
        said = f"{one.name}  {' · '.join(part for part in known if part)}".rstrip()
        row.add_row(Text(sign, style=style), sentence(said, width - 4, style if one.state == "missing" else ""))
        say.out.print(Padding(row, (0, 0, 0, 2)))
        if one.state == "ok":
            continue
        if one.off:
            said = _("off: {checks}").format(checks=", ".join(one.off))
            say.out.print(Padding(sentence(said, width - 4), (0, 0, 0, 4)))
        if one.mend:
            say.out.print(Padding(sentence(one.mend, width - 4, "bold"), (0, 0, 0, 4)))
    words = _("Off here: {count}.").format(count=off) if off else _("Everything that is needed works here.")
    say.out.print(Text(f"\n{words}", style="bold red" if off else "bold green"))


def _json(one: Found) -> dict[str, Any]:
    return {
        "group": one.group,
        "name": one.name,
        "state": one.state,
        "note": one.note or None,
        "checks": list(one.off),
        "mend": one.mend or None,
    }
