"""The parts that reading needs, each tried where it is used: in a worker, behind its walls. What is not here is said,
with the checks that are off for it and what brings it."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Literal

from ombud.domain.problems import N_, OmbudError
from ombud.domain.said import Said
from ombud.inspect import confine, landlock
from ombud.inspect.pool import Asked, Pool

_LIBRARIES = {
    "pypdfium2": ("pypdfium2", ("pdf",)),
    "pyhanko": ("pyhanko", ("signature",)),
    "pillow": ("PIL.Image", ("jpeg", "png")),
    "opencv-python-headless": ("cv2", ("jpeg", "png", "ink")),
    "av": ("av", ("mp4",)),
    "zxing-cpp": ("zxingcpp", ("barcode",)),
    "pycld2": ("pycld2", ("language",)),
    "tesserocr": ("tesserocr", ("ocr",)),
    "rapidocr": ("rapidocr", ("watermark",)),
    "onnxruntime": ("onnxruntime", ("watermark",)),
}
"""Name in the index of packages -> (module, the checks that are off without it)."""
_LANGUAGES = {"tesseract-ocr-rus": "rus", "tesseract-ocr-eng": "eng"}
"""Package of Debian -> language of Tesseract."""
_WALLS = {
    "orphans": N_("a worker ends with the process that started it"),
    "address_space": N_("the memory of a worker is limited"),
    "processor_time": N_("the processor time of a worker is limited"),
    "files": N_("a worker opens no file but its own (Landlock)"),
    "calls": N_("a worker reaches no network and starts no process (seccomp)"),
}
_NO_WALL = N_("Run it on Linux 5.13 or later with Landlock and seccomp (x86-64, ARM); here read only what you trust.")


@dataclass(frozen=True, slots=True)
class Part:
    """Something that reading needs.

    name: of a package, or a wall of the workers in words (to be translated). checks: what is off without it: a format
    that is not read, or a value of `off`; none where all is read, but less safely. mend: the one command that brings
    it, or what to do, in words (to be translated). reason: what it failed with, as the system says it.
    """

    name: str
    version: str
    state: Literal["ok", "missing"]
    checks: tuple[str, ...] = ()
    mend: str = ""
    reason: str = ""


def parts() -> list[Part]:
    """All of them, those that are missing too; takes some seconds. Never raises for a part that does not work."""
    try:
        with Pool(1, reader=__name__) as pool, tempfile.NamedTemporaryFile() as empty:
            held = pool.held()
            (told,) = pool.inspect([Asked(Path(empty.name), "")], recognise=False)
    except OmbudError as error:
        every_check = tuple(sorted({check for _, checks in _LIBRARIES.values() for check in checks}))
        reason = str(error.problems[0].values.get("reason", ""))
        return [Part("ombud.inspect", "", "missing", every_check, "", reason)]
    found = {said.field: said for said in told.said}
    libraries = [_library(name, found.get(name)) for name in _LIBRARIES]
    languages = [_language(name, found.get(name)) for name in _LANGUAGES]
    return [*libraries, *languages, *(_wall(wall, held=wall in held) for wall in confine.WALLS)]


def looking(path: Path, format: str) -> Iterator[Sequence[Said]]:  # noqa: A002 (as a reader of the pool)
    """In a worker: what could be loaded, and in which version; `tool` says why not."""
    del path, format
    for name, (module, _) in _LIBRARIES.items():
        yield [_tried(name, partial(_loaded, name, module))]
    for name, language in _LANGUAGES.items():
        yield [_tried(name, partial(_data, language))]


def _loaded(name: str, module: str) -> str:
    import_module(module)
    try:
        return version(name)
    except PackageNotFoundError:  # its twin with another name is as good
        return "?"


def _data(language: str) -> str:
    from ombud.inspect.recognise import tesseract

    return str(tesseract.data().get(language, ""))


def _tried(name: str, load: Callable[[], str]) -> Said:
    try:
        return Said(name, load(), "container")
    except Exception as error:  # noqa: BLE001 (whatever a library fails with when it is loaded)
        return Said(name, "", "container", tool=f"{type(error).__name__}: {error}")


def _library(name: str, said: Said | None) -> Part:
    _, checks = _LIBRARIES[name]
    if said is not None and said.value:
        return Part(name, str(said.value), "ok", checks)
    reason = said.tool if said is not None else ""
    return Part(name, "", "missing", checks, f"pip install --force-reinstall {name}", reason)


def _language(name: str, said: Said | None) -> Part:
    if said is not None and said.value:
        return Part(name, str(said.value), "ok", ("ocr",))
    return Part(name, "", "missing", ("ocr",), f"apt-get install {name}", said.tool if said is not None else "")


def _wall(wall: str, *, held: bool) -> Part:
    known = f"{landlock.version()}" if wall == "files" and held else ""
    return Part(_WALLS[wall], known, "ok" if held else "missing", (), "" if held else _NO_WALL)
