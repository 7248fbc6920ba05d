"""Files that are small and ask for a lot."""

from __future__ import annotations

import io
import struct
import zlib
from pathlib import Path

from PIL import Image


def flate(path: Path, megabytes: int = 4_000) -> Path:
    """A page whose content is so long when it is unpacked: spaces, packed twice."""
    packer = zlib.compressobj(9)
    start = packer.compress(b" " * (1 << 20)) + packer.flush(zlib.Z_FULL_FLUSH)
    again = packer.compress(b" " * (1 << 20)) + packer.flush(zlib.Z_FULL_FLUSH)  # stands for itself, so it repeats
    content = zlib.compress(start + again * megabytes + packer.flush(), 9)
    stream = f"<</Filter[/FlateDecode/FlateDecode]/Length {len(content)}>>stream\n".encode()
    return _pdf(path, ["<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R>>"], stream + content)


def pages(path: Path, count: int, *, side: int = 595) -> Path:
    """A PDF of so many empty pages, so many points wide and high."""
    return _pdf(path, [f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 {side} {side}]>>"] * count, b"")


def picture_in_page(path: Path, side: int) -> Path:
    """A page with a picture that says that it has so many pixels a side."""
    packed = zlib.compress(bytes(30_000_000), 9)
    stream = (
        f"<</Type/XObject/Subtype/Image/Width {side}/Height {side}/ColorSpace/DeviceRGB/BitsPerComponent 8"
        f"/Filter/FlateDecode/Length {len(packed)}>>stream\n"
    ).encode()
    draw = b"<</Length 30>>stream\nq 595 0 0 842 0 0 cm /P Do Q \nendstream"
    page = "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 5 0 R/Resources<</XObject<</P 4 0 R>>>>>>"
    return _pdf(path, [page], stream + packed, draw)


def jpeg(path: Path, side: int) -> Path:
    """A JPEG whose header says so many pixels a side."""
    made = io.BytesIO()
    Image.new("RGB", (64, 64), "grey").save(made, "JPEG")
    content = bytearray(made.getvalue())
    at = content.index(b"\xff\xc0")
    struct.pack_into(">HH", content, at + 5, side, side)
    path.write_bytes(content)
    return path


def png(path: Path, side: int) -> Path:
    """A PNG of so many pixels a side, all of one colour."""

    def chunk(name: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))

    rows = zlib.compress(bytes((side + 7) // 8 + 1) * side, 9)
    header = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b""))
    return path


def _pdf(path: Path, each_page: list[str], *streams: bytes) -> Path:
    """Objects 1 and 2 are catalogue and tree; the first page is 3, then the streams, then the other pages."""
    rest = range(4 + len(streams), 3 + len(streams) + len(each_page))
    numbers = [3, *rest]
    out = io.BytesIO(b"")
    out.write(b"%PDF-1.7\n")
    places: dict[int, int] = {}

    def put(number: int, content: bytes) -> None:
        places[number] = out.tell()
        out.write(b"%d 0 obj\n" % number + content + b"\nendobj\n")

    put(1, b"<</Type/Catalog/Pages 2 0 R>>")
    kids = " ".join(f"{number} 0 R" for number in numbers)
    put(2, f"<</Type/Pages/Count {len(each_page)}/Kids[{kids}]>>".encode())
    for number, stream in enumerate(streams, 4):
        put(number, stream if stream.endswith(b"endstream") else stream + b"\nendstream" if stream else b"null")
    for number, content in zip(numbers, each_page, strict=True):
        put(number, content.encode())
    start = out.tell()
    out.write(b"xref\n0 %d\n0000000000 65535 f \n" % (max(places) + 1))
    for number in range(1, max(places) + 1):
        out.write(b"%010d 00000 n \n" % places[number])
    out.write(b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (max(places) + 1, start))
    path.write_bytes(out.getvalue())
    return path
