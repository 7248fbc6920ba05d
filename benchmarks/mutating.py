"""Files that were good and are broken by chance, read by the pool: how many end a worker, how long the slowest takes,
how much memory the pool holds at most. What a mutation is, is told by its number: each can be made again."""

from __future__ import annotations

import statistics
import tempfile
import threading
import time
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import pikepdf
import psutil
from PIL import Image

from benchmarks.measure import Figure, Target

MUTATIONS = {"small": 500, "full": 10_000}
RECOGNISED_EACH = 80
"""Of so many, one of each format is recognised as well, which takes a hundred times as long as looking."""
WORKERS = 2
_ENDS = ("died", "too_slow", "too_much_memory")
_SAMPLE_S = 0.05
_PNG = b"\x89PNG\r\n\x1a\n"
_NUMBERS = (b"0", b"-1", b"99999999999", b"2147483648", b"1e9")


@dataclass
class Seen:
    """What came of the mutations of one format."""

    seconds: list[float] = field(default_factory=list)
    problems: Counter[str] = field(default_factory=Counter)
    numbers: list[int] = field(default_factory=list)


def good(folder: Path) -> dict[str, list[tuple[str, bytes]]]:
    """Files of each format that are read without a problem."""
    from tests.inspect.clips import clip, clock
    from tests.inspect.pdfs import signed, typeset

    waybill = typeset(folder / "waybill.pdf", _WAYBILL)
    two = signed(typeset(folder / "signed.pdf", _WAYBILL + "#pagebreak()\n" + _WAYBILL))
    random = Random(2)
    noise = Image.effect_noise((640, 480), 60).convert("RGB")
    picture = Image.frombytes("RGB", (80, 60), random.randbytes(80 * 60 * 3)).resize((640, 480))
    exif = Image.Exif()
    exif[0x010F], exif[0x0132], exif[0x0112] = "Maker", "2026:03:01 12:30:00", 6
    Image.blend(picture, noise, 0.2).save(folder / "photo.jpg", exif=exif, quality=85)
    picture.save(folder / "progressive.jpg", progressive=True, quality=70)
    picture.quantize(64).save(folder / "picture.png")
    picture.save(folder / "scan.pdf", "PDF", resolution=72)
    with pikepdf.open(waybill) as plain:  # where a change reaches what is packed in the others
        plain.save(folder / "plain.pdf", compress_streams=False, stream_decode_level=pikepdf.StreamDecodeLevel.all)
    clip(folder / "clip.mp4", range(0, 4_000, 100), clock)
    names = {
        "pdf": [waybill, two, folder / "plain.pdf", folder / "scan.pdf"],
        "jpeg": [folder / "photo.jpg", folder / "progressive.jpg"],
        "png": [folder / "picture.png"],
        "mp4": [folder / "clip.mp4"],
    }
    return {name: [(path.name, path.read_bytes()) for path in paths] for name, paths in names.items()}


def mutated(content: bytes, random: Random) -> bytes:
    """One to four changes, each of a kind that a decoder may stumble over."""
    data = bytearray(content)
    for _ in range(random.randint(1, 4)):
        if data:
            random.choice(_CHANGES)(data, random)
    return _summed(data) if data.startswith(_PNG) and random.random() < 0.7 else bytes(data)


def _summed(data: bytearray) -> bytes:
    """A PNG with the sums of its parts set right, without which nobody looks into them."""
    at = len(_PNG)
    while at + 12 <= len(data):
        end = at + 8 + int.from_bytes(data[at : at + 4], "big")
        if end + 4 > len(data):
            break
        data[end : end + 4] = zlib.crc32(data[at + 4 : end]).to_bytes(4, "big")
        at = end + 4
    return bytes(data)


def _flip(data: bytearray, random: Random) -> None:
    for _ in range(random.randint(1, 30)):
        data[random.randrange(len(data))] ^= 1 << random.randrange(8)


def _extreme(data: bytearray, random: Random) -> None:
    """A number in the file becomes the largest, or none."""
    at, width = random.randrange(len(data)), random.choice((1, 2, 4, 8))
    data[at : at + width] = random.choice((b"\xff", b"\x00", b"\x7f"))[:1] * width


def _digits(data: bytearray, random: Random) -> None:
    """A number in words of a PDF, or any other run of digits, becomes another."""
    at = random.randrange(len(data))
    start = next((i for i in range(at, min(at + 4_000, len(data))) if 0x30 <= data[i] <= 0x39), None)
    if start is not None:
        end = start
        while end < len(data) and 0x30 <= data[end] <= 0x39:
            end += 1
        data[start:end] = random.choice((*_NUMBERS, str(random.randrange(10_000)).encode()))


def _cut(data: bytearray, random: Random) -> None:
    del data[random.randrange(len(data)) :]


def _remove(data: bytearray, random: Random) -> None:
    at = random.randrange(len(data))
    del data[at : at + random.randint(1, max(1, len(data) // 10))]


def _repeat(data: bytearray, random: Random) -> None:
    at = random.randrange(len(data))
    data[at:at] = data[at : at + random.randint(1, 2_000)] * random.randint(1, 50)


def _garble(data: bytearray, random: Random) -> None:
    at = random.randrange(len(data))
    part = data[at : at + random.randint(1, 500)]
    data[at : at + len(part)] = random.randbytes(len(part))


def _move(data: bytearray, random: Random) -> None:
    a, b = random.randrange(len(data)), random.randrange(len(data))
    size = random.randint(1, 500)
    data[a : a + size] = data[b : b + size]


_CHANGES: tuple[Callable[[bytearray, Random], None], ...] = (
    _flip, _extreme, _digits, _cut, _remove, _repeat, _garble, _move
)  # fmt: skip


class Memory:
    """The most that the workers of this process held at once, and any one of them, in bytes."""

    def __init__(self) -> None:
        self.together = self.one = 0

    @contextmanager
    def watched(self) -> Iterator[None]:
        done = threading.Event()
        thread = threading.Thread(target=self._watch, args=(done,))
        thread.start()
        try:
            yield
        finally:
            done.set()
            thread.join()

    def _watch(self, done: threading.Event) -> None:
        this = psutil.Process()
        while not done.wait(_SAMPLE_S):
            held = []
            for child in this.children():
                try:
                    held.append(child.memory_info().rss)
                except psutil.Error:
                    continue
            self.together, self.one = max(self.together, sum(held)), max(self.one, *held, 0)


def measure(count: int, only: int | None = None) -> tuple[dict[str, Seen], Memory]:
    """`count` mutations, or the one with the number `only`."""
    from ombud.inspect.pool import Asked, Pool

    memory = Memory()
    lock = threading.Lock()
    with tempfile.TemporaryDirectory(prefix="ombud-bench.") as name, Pool(WORKERS) as pool:
        folder = Path(name)
        files = good(folder)
        seen = {each: Seen() for each in files}
        formats = list(files)

        def read(number: int) -> None:
            random = Random(number)
            told_as = formats[number % len(formats)]
            _, content = random.choice(files[told_as])
            path = folder / f"{number}"
            path.write_bytes(mutated(content, random))
            start = time.perf_counter()
            (said,) = pool.inspect([Asked(path, told_as)], recognise=number % RECOGNISED_EACH < len(formats))
            taken = time.perf_counter() - start
            path.unlink()
            found = [str(each.value) for each in said.said if each.field == "problem"]
            with lock:
                seen[told_as].seconds.append(taken)
                seen[told_as].problems.update(found[:1] or ["read"])
                if set(found) & set(_ENDS):
                    seen[told_as].numbers.append(number)

        with memory.watched(), ThreadPoolExecutor(WORKERS) as threads:
            for _ in threads.map(read, [only] if only is not None else range(count)):
                pass
    return seen, memory


def figure(scale: str) -> Figure:
    count = MUTATIONS[scale]
    start = time.perf_counter()
    seen, memory = measure(count)
    minutes = (time.perf_counter() - start) / 60
    rows, notes = [], []
    for name, each in seen.items():
        problems = each.problems
        rows.append(
            (name, f"{len(each.seconds):,}", f"{problems['read']:,}",
             f"{sum(problems.values()) - problems['read'] - sum(problems[end] for end in _ENDS):,}",
             *(f"{problems[end]:,}" for end in _ENDS),
             f"{statistics.median(each.seconds) * 1000:,.0f}", f"{max(each.seconds):,.2f}")
        )  # fmt: skip
        if each.numbers:
            notes.append(f"{name}: a worker ended at {', '.join(map(str, sorted(each.numbers)[:20]))}.")
    slowest = max(max(each.seconds) for each in seen.values())
    return Figure(
        "Broken files", "benchmarks/mutating.py",
        ("format", "files", "read", "a finding", "died", "too slow", "too much memory", "median ms", "slowest, s"),
        rows,
        [
            Target("slowest of the broken files", slowest, 20, "s"),
            Target(f"memory of {WORKERS} workers while they read broken files", memory.together / 2**30, 3, "GiB"),
        ],
        [
            f"{count:,} files that were broken by chance, read by {WORKERS} workers in {minutes:.0f} minutes; 1 in "
            f"{RECOGNISED_EACH // len(seen)} was recognised as well. The workers held "
            f"{memory.together / 2**20:,.0f} MB at most together, {memory.one / 2**20:,.0f} MB one of them.",
            *notes,
        ],
    )  # fmt: skip


_WAYBILL = """
= Накладная
Получатель: Иванов Пётр Сергеевич \\
Трек-номер: 12345678901234 \\
Дата: 01.03.2026 12:30 \\
#table(columns: 3, [Товар], [Вес], [Цена], ..range(60).map(i => [#i]))
Подпись получателя: #box(width: 6cm, stroke: (bottom: 0.5pt))
"""
