"""One file, read whole: which reader looks at it, in which order, and what is left to recognise.

What is read comes in parts, as it is read: a reader that fails, or takes the worker with it, loses only its own.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from ombud.domain.said import Said
from ombud.inspect import VERSION, readers

if TYPE_CHECKING:
    from PIL.Image import Image

DPI = 200
"""Of a page that is drawn to be recognised."""
MOST_SCANS = 10
"""Pages of one file that are drawn: for barcodes, to be recognised, for places to sign; half a second each or more."""
CPU_S = 11
"""Seconds of processor time after which no further page is begun: below what ends a worker."""
MOST_LINES, MOST_TEXT, MOST_SAID = 400, 40_000, 2_000
"""Lines, characters of them, and things said in all of one file, by looking and by recognising each."""
_SHEET_LINES, _SURE = 5, 0.7
"""Lines read as surely as that make a photo one of a sheet."""
_PICTURES = frozenset({"jpeg", "png"})
_READ = _PICTURES | {"pdf", "mp4"}
_UNSEEN = {"pdf": ("ocr",), "jpeg": ("ocr", "watermark"), "png": ("ocr", "watermark"), "mp4": ("ocr", "watermark")}

_Parts: TypeAlias = Iterator[Sequence[Said]]


def look(path: Path, format: str) -> list[Said]:  # noqa: A002 (the field's own word)
    """What can be read without recognising letters in pixels. `format` by content: `pdf`, `jpeg`, `png`, `mp4`.

    Of a file that hides another (`pdf+zip`) the one is read that it shows; of any other format nothing.
    """
    return list(chain.from_iterable(looking(path, format)))


def wants_recognition(format: str, said: Sequence[Said]) -> bool:  # noqa: A002
    """Whether something is left that only recognition can answer."""
    shown = _shown(format)
    if _has(said, "problem"):
        return False
    if shown == "pdf":
        return _has(said, "scanned_page") or _has(said, "signature_field")  # ink is seen on a drawn page alone
    return shown in _READ


def recognise(path: Path, format: str, said: Sequence[Said]) -> list[Said]:  # noqa: A002
    """What else the pixels say, given what `look` said."""
    return list(chain.from_iterable(recognising(path, format, said)))


def unrecognised(format: str) -> tuple[Said, ...]:  # noqa: A002
    """What is said of a file whose recognition did not come to an end: which checks could not be made."""
    return tuple(_of_ours("off", what) for what in _UNSEEN.get(_shown(format), ()))


def warm() -> None:
    """Loads the models, so that the first file to be recognised does not pay for it."""
    with suppress(Exception):  # what cannot be loaded is said of each file that would need it
        readers.warm()


def looking(path: Path, format: str) -> _Parts:  # noqa: A002
    """As `look`, in parts."""
    shown = _shown(format)
    if shown == "pdf":
        return _bounded(_look_at_pdf(path))
    if shown in _PICTURES:
        return _bounded(_look_at_picture(path))
    if shown == "mp4":
        return _bounded(_opened(lambda: readers.video(path)))
    return iter([[_of_ours("off", "format")]])


def recognising(path: Path, format: str, said: Sequence[Said]) -> _Parts:  # noqa: A002
    """As `recognise`, in parts; the last says that it came to its end, whatever was read: what is not there then is
    not merely unread."""
    shown = _shown(format)
    if shown == "pdf":
        parts = _recognise_pdf(path, said, _Budget())
    elif shown in _PICTURES:
        parts = _recognise_picture(path, said, _Budget())
    elif shown == "mp4":
        parts = _recognise_video(path)
    else:
        return iter([])
    return _bounded(chain(parts, [[_of_ours("recognised", 1)]]), said)


def _look_at_pdf(path: Path) -> _Parts:
    said: list[Said] = []
    for part in _opened(lambda: readers.pdf(path)):
        said += part
        yield part
    if _has(said, "problem"):
        return
    yield from _understood(said, all_read=not _scans(said))
    yield from _tried("signature", lambda: readers.signatures(path))


def _recognise_pdf(path: Path, said: Sequence[Said], budget: _Budget) -> _Parts:
    """Each page that needs it is drawn once: for its barcodes, its letters, and the ink in its places to sign."""
    found: list[Said] = []
    for part in _by_page(_scans(said), budget, "ocr", lambda page: _of_scan(readers.page(path, page, DPI), page)):
        found += part
        yield part
    all_read = not _has(found, "off") and not _has(found, "cut")
    yield from _understood(found, all_read=all_read, beside=said)
    scans = set(_scans(said))
    signed = [each for each in said if each.field == "signature_field" and each.page not in scans]
    pages = sorted({each.page for each in signed if each.page is not None})

    def ink(page: int) -> list[Said]:
        return readers.ink(readers.page(path, page, DPI), [each for each in said if each.page == page])

    yield from _by_page(pages, budget, "ink", ink)


def _of_scan(image: Image, page: int) -> list[Said]:
    """Barcodes first: they check themselves. A failing way loses only its own."""
    found: list[Said] = []
    for what, way in (("barcode", readers.barcodes), ("ocr", readers.lines)):
        for part in _tried(what, partial(way, image, page)):
            found += part
    lines = [each for each in found if each.field == "line"]
    for part in _tried("ink", lambda: _ink(image, lines)):
        found += part
    return found


def _ink(image: Image, lines: Sequence[Said]) -> list[Said]:
    places = [each for each in readers.fields(lines) if each.field == "signature_field"]
    return readers.ink(image, [*lines, *places]) if places else []


def _look_at_picture(path: Path) -> _Parts:
    yield from _opened(lambda: readers.picture(path))


def _recognise_picture(path: Path, said: Sequence[Said], budget: _Budget) -> _Parts:
    try:
        image = readers.pixels(path)
    except Exception:  # noqa: BLE001 (whatever a decoder raises on what it read a moment ago)
        yield unrecognised("jpeg")
        return
    found: list[Said] = []
    ways: list[tuple[str, Callable[[Image, None], list[Said]]]] = [
        ("barcode", readers.barcodes),
        ("watermark", readers.watermark),
        ("ocr", readers.lines),
    ]
    ways += [("ocr", readers.words)] if _has(said, "picture_dhash") else []  # only photos have one
    for what, way in ways:
        if way is readers.words and _is_sheet(found):
            continue
        tried = _tried(what, partial(way, image, None)) if budget.affords() else iter([[_of_ours("off", what)]])
        for part in tried:
            found += part
            yield part
        budget.spent()
    for part in _understood(found, all_read=True):
        found += part
        yield part
    if _has(found, "signature_field"):
        yield from _tried("ink", lambda: readers.ink(image, found))


def _is_sheet(said: Sequence[Said]) -> bool:
    """Whether what was read is a sheet of text: looking for labels among things would read it once more, dearly."""
    sure = [each for each in said if each.field == "line" and each.confidence >= _SURE]
    return len(sure) >= _SHEET_LINES


def _recognise_video(path: Path) -> _Parts:
    found: list[Said] = []
    for part in _tried("watermark", lambda: readers.video_marks(path)):
        found += part
        yield part
    yield from _understood(found, all_read=False)


def _understood(found: Sequence[Said], *, all_read: bool, beside: Sequence[Said] = ()) -> _Parts:
    """The fields in the lines `found`, and, where nothing is left to recognise, the language of these and those
    `beside` them. Of a document of which some was left out it is said half as surely: the rest may be a translation."""
    lines = [each for each in found if each.field == "line"]
    yield from _tried("reading", lambda: readers.fields(lines))
    if all_read:
        whole = [*(each for each in beside if each.field == "line"), *lines]
        sure = 0.5 if _has(found, "cut") or _has(beside, "cut") else 1.0
        yield from _tried(
            "reading",
            lambda: [replace(each, confidence=round(each.confidence * sure, 2)) for each in readers.language(whole)],
        )


def _by_page(pages: Sequence[int], budget: _Budget, what: str, way: Callable[[int], list[Said]]) -> _Parts:
    for page in pages[:MOST_SCANS]:
        if not budget.affords():
            yield [_of_ours("cut", "pages")]
            return
        yield from _tried(what, partial(way, page))
        budget.spent()
    if len(pages) > MOST_SCANS:
        yield [_of_ours("cut", "pages")]


class _Budget:
    """Processor time of one task: what the next page will cost is taken to be what the dearest one cost."""

    def __init__(self) -> None:
        self._end = time.process_time() + CPU_S
        self._last, self._dearest = time.process_time(), 0.0

    def affords(self) -> bool:
        return time.process_time() + self._dearest <= self._end

    def spent(self) -> None:
        now = time.process_time()
        self._last, self._dearest = now, max(self._dearest, now - self._last)


def _opened(read: Callable[[], list[Said]]) -> _Parts:
    """What the reader of the whole file says; its failing is a fault of the file."""
    try:
        yield read()
    except ImportError:
        yield [_of_ours("off", "format")]
    except MemoryError:
        yield [_of_ours("problem", "too_much_memory")]
    except Exception:  # noqa: BLE001 (what a hostile file makes a reader raise is not foreseen)
        yield [_of_ours("problem", "cannot_open")]


def _tried(what: str, way: Callable[[], list[Said]]) -> _Parts:
    """What a way of reading more says; its failing is `what` not being checked, for the file was opened."""
    try:
        yield way()
    except Exception:  # noqa: BLE001 (as above)
        yield [_of_ours("off", what)]


def _bounded(parts: _Parts, known: Sequence[Said] = ()) -> _Parts:
    """No more than a file may say, and nothing twice."""
    before = set(known)
    lines = letters = total = 0
    for part in parts:
        kept: list[Said] = []
        for each in part:
            if each in before:
                continue
            is_line = each.field == "line"
            letters += len(str(each.value)) if is_line else 0
            lines += is_line
            total += 1
            if total > MOST_SAID or (is_line and (lines > MOST_LINES or letters > MOST_TEXT)):
                each = _of_ours("cut", "lines")
                if each in before:
                    continue
            before.add(each)
            kept.append(each)
        yield kept


def _scans(said: Sequence[Said]) -> list[int]:
    return [each.value for each in said if each.field == "scanned_page" and isinstance(each.value, int)]


def _has(said: Iterable[Said], field: str) -> bool:
    return any(each.field == field for each in said)


def _shown(format: str) -> str:  # noqa: A002
    return format.partition("+")[0]


def _of_ours(field: str, value: str | int) -> Said:
    return Said(field, value, "container", tool="ombud", version=VERSION)
