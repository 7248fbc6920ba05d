"""The rulebooks that ship with Ombud, and the door through which any book is read."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from pathlib import Path

from ombud.domain.problems import N_, OmbudError, Place, Problem
from ombud.domain.rulebook import Rulebook, load

_LARGEST = 4_000_000  # bytes: many times what both shipped books have


@cache
def shipped() -> tuple[str, ...]:
    """The names of the books that ship with Ombud."""
    names = (entry.name for entry in files(__name__).iterdir())
    return tuple(sorted(name.removesuffix(".yaml") for name in names if name.endswith(".yaml")))


def open_book(name_or_path: str) -> Rulebook:
    """A shipped book by its name, or the YAML file at a path. Raises OmbudError with everything wrong with it."""
    if name_or_path in shipped():
        return _open_shipped(name_or_path)
    path = Path(name_or_path)
    if not path.is_file():
        raise OmbudError(
            Problem(
                "no_such_book",
                N_("There is no rulebook {name!r}."),
                {"name": name_or_path, "shipped": ", ".join(shipped())},
                mend=N_("Name a YAML file, or one that ships with Ombud: {shipped}."),
            )
        )
    return load(read_text(path), file=name_or_path)


@cache
def _open_shipped(name: str) -> Rulebook:
    file = f"{name}.yaml"
    return load((files(__name__) / file).read_text("utf-8"), file=file)


def read_text(path: Path) -> str:
    """The text of a rulebook or of another small file of rules. Raises OmbudError where it cannot be read."""
    try:
        with path.open("rb") as file:
            content = file.read(_LARGEST + 1)
    except OSError as error:
        raise OmbudError(
            Problem("unreadable", N_("It cannot be read: {reason}."), {"reason": error.strerror}, Place(str(path)))
        ) from None
    if len(content) > _LARGEST:
        raise OmbudError(
            Problem("too_large", N_("It is larger than {bytes} bytes."), {"bytes": _LARGEST}, Place(str(path)))
        )
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise OmbudError(
            Problem("no_utf8", N_("It is not UTF-8."), {}, Place(str(path), line), N_("Save it as UTF-8."))
        ) from None
