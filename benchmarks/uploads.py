"""A full upload, read: beside reading, hashing, decoding and demuxing alone; and recognised."""

from __future__ import annotations

import hashlib
import resource
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from io import BytesIO
from pathlib import Path
from random import Random
from typing import Any

from benchmarks.measure import Figure, Target, child, in_turns

RUNS = {"small": 3, "full": 15}
SEED = 5
MOST_BYTES = 10**7
_SIDE = 3264
"""Pixels of the long side of a photo of 8 megapixels."""
_AT_ONCE = 1 << 20


def upload(folder: Path) -> list[tuple[Path, str]]:
    """Five files of just under 10 MB, and their formats: a waybill with text, a record with text and a photo, a photo
    of a slip, a scanned declaration, a packing video."""
    from tests.papers import forms, orders, photos, records, sheets, videos, waybills

    random = Random(SEED)
    order = orders.sold(random, carrier="cdek")
    waybill = waybills.sheet(waybills.written(order, random), order.carrier, random)
    record = records.outbound(order, records.record(order, random), random)
    page = records.slip(order, random).pictures(200)[0]
    declaration = records.customs(order, random).pictures(200)[0]
    film = replace(forms.film(order, random), rate=25, seconds=35)
    made = {
        "waybill.pdf": waybill.pdf(),
        "record.pdf": with_photo(record.pdf(), photos.photographed(page, random, long_side=_SIDE)),
        "slip.jpg": as_jpeg(photos.photographed(page, random, long_side=_SIDE), 95),
        "customs.pdf": sheets.as_pdf([photos.scanned(declaration, random)], quality=92),
        "packing.mp4": videos.mp4(film, crf=20),
    }
    files = []
    for name, content in made.items():
        (folder / name).write_bytes(content)
        files.append((folder / name, {"jpg": "jpeg"}.get(name[-3:], name[-3:])))
    return files


def with_photo(pdf: bytes, photo: Any) -> bytes:
    """The PDF with one more page, all of it a photo."""
    import pikepdf

    file = BytesIO()
    photo.save(file, "PDF", quality=95, resolution=300)
    out = BytesIO()
    with pikepdf.open(BytesIO(pdf)) as whole, pikepdf.open(file) as more:
        whole.pages.extend(more.pages)
        whole.save(out)
    return out.getvalue()


def as_jpeg(photo: Any, quality: int) -> bytes:
    """In memory."""
    file = BytesIO()
    photo.save(file, "JPEG", quality=quality)
    return file.getvalue()


def alone(files: list[tuple[Path, str]]) -> None:
    """Reads and hashes every file, decodes its text and its pictures, demuxes its video; makes nothing of them."""
    import av
    import pypdfium2
    from PIL import Image

    for path, told_as in files:
        digest = hashlib.sha256()
        with path.open("rb") as file:
            while part := file.read(_AT_ONCE):
                digest.update(part)
        if told_as == "pdf":
            with pypdfium2.PdfDocument(path) as pdf:
                for page in pdf:
                    page.get_textpage().get_text_range()
                    for each in page.get_objects(filter=[pypdfium2.raw.FPDF_PAGEOBJ_IMAGE]):
                        each.get_bitmap()
        elif told_as == "mp4":
            with av.open(str(path)) as container:
                for packet in container.demux(video=0):
                    packet.pts  # noqa: B018
        else:
            with Image.open(path) as image:
                image.load()


def measure(*, runs: int) -> dict[str, Any]:
    """In the child: seconds of each way, in turns; then processor seconds of recognising, warm."""
    from ombud.inspect import file

    with tempfile.TemporaryDirectory(prefix="ombud-bench.") as name:
        files = upload(Path(name))
        ways: dict[str, Callable[[], object]] = {
            "reading, hashing, decoding, demuxing alone": lambda: alone(files),
            "looked at": lambda: [file.look(path, told_as) for path, told_as in files],
        }
        for way in ways.values():
            way()
        taken = in_turns(ways, runs)
        each = {path.name: in_turns({"": partial(file.look, path, told_as)}, 3)[""].median for path, told_as in files}
        looked = {path: file.look(path, told_as) for path, told_as in files}
        file.warm()
        recognised = {}
        for path, told_as in files:
            if file.wants_recognition(told_as, looked[path]):
                start = _processor()
                file.recognise(path, told_as, looked[path])
                recognised[path.name] = _processor() - start
        return {
            "bytes": sum(path.stat().st_size for path, _ in files),
            "ways": {name: (took.median, took.cpu) for name, took in taken.items()},
            "each": each,
            "recognised": recognised,
        }


def _processor() -> float:
    """Processor seconds of this process, all its threads, and of those that it ended."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def pooled(*, runs: int) -> dict[str, float]:
    """In the child: the same through the pool, as it is handed in; wall seconds, and the most memory of its workers."""
    from benchmarks.mutating import Memory
    from ombud.inspect.pool import Asked, Pool

    memory = Memory()
    with tempfile.TemporaryDirectory(prefix="ombud-bench.") as name, Pool() as pool, memory.watched():
        asked = [Asked(path, told_as) for path, told_as in upload(Path(name))]
        walls = {}
        for recognise, words in ((False, "looked at"), (True, "recognised")):
            pool.inspect(asked, recognise=recognise)
            taken = []
            for _ in range(runs):
                start = time.perf_counter()
                pool.inspect(asked, recognise=recognise)
                taken.append(time.perf_counter() - start)
            walls[words] = sorted(taken)[len(taken) // 2]
    return {**walls, "together": memory.together / 2**20, "one": memory.one / 2**20}


def figure(scale: str) -> Figure:
    told = child("benchmarks.uploads:measure", runs=RUNS[scale])
    pool = child("benchmarks.uploads:pooled", runs=max(3, RUNS[scale] // 3))
    (alone_name, (alone_s, alone_cpu)), (looked_name, (looked_s, looked_cpu)) = told["ways"].items()
    recognising = sum(told["recognised"].values())
    with_ocr = looked_cpu + recognising
    rows = [
        (alone_name, f"{alone_s * 1000:,.0f}", f"{alone_cpu * 1000:,.0f}"),
        (looked_name, f"{looked_s * 1000:,.0f}", f"{looked_cpu * 1000:,.0f}"),
        ("looked at and recognised, warm", "", f"{with_ocr * 1000:,.0f}"),
        ("looked at by the pool, warm", f"{pool['looked at'] * 1000:,.0f}", ""),
        ("looked at and recognised by the pool, warm", f"{pool['recognised'] * 1000:,.0f}", ""),
    ]
    files = ", ".join(f"{name} {seconds * 1000:,.0f} ms" for name, seconds in told["each"].items())
    ocr = ", ".join(f"{name} {seconds:,.2f} s" for name, seconds in told["recognised"].items())
    return Figure(
        "A full upload, read",
        "benchmarks/uploads.py",
        ("way", "ms", "processor, ms"),
        rows,
        [
            Target("full upload looked at / read, hashed, decoded, demuxed alone", looked_s / alone_s, 1.5),
            Target("processor seconds of a full upload with recognition", with_ocr, 3, "s"),
            Target("memory of the pool during full uploads", pool["together"] / 2**10, 3, "GiB"),
        ],
        [
            f"Five files of {told['bytes'] / 1e6:.1f} MB: a PDF with text, one with text and a photo, a photo, a scan, "
            f"a video of 35 s. Looking takes {files}; recognising {ocr}.",
            f"The two workers of the pool held {pool['together']:,.0f} MB at most together, {pool['one']:,.0f} MB one.",
        ],
    )
