"""What is drawn on papers: barcodes, signatures, stamps, as SVG; and barcodes as a small picture."""

from __future__ import annotations

from io import BytesIO
from random import Random

import numpy as np
import zxingcpp
from PIL import Image

QR, CODE128 = "QRCode", "Code128"


def barcode_svg(text: str, format: str = CODE128) -> str:  # noqa: A002
    """The barcode of `text` as drawn lines."""
    svg = zxingcpp.write_barcode_to_svg(_barcode(text, format), scale=2)
    return str(svg).partition("?>")[2].partition("\n <desc>")[0].replace(_DOCTYPE, "") + svg.partition("</desc>")[2]


def barcode_png(text: str, format: str = CODE128, *, scale: int = 4) -> bytes:  # noqa: A002
    """The barcode of `text` as a picture of black and white."""
    drawn = zxingcpp.write_barcode_to_image(_barcode(text, format), scale=scale)
    file = BytesIO()
    Image.fromarray(np.asarray(drawn)).convert("1").save(file, "PNG")
    return file.getvalue()


def _barcode(text: str, format: str) -> zxingcpp.Barcode:  # noqa: A002
    return zxingcpp.create_barcode(text, zxingcpp.barcode_format_from_str(format))


def scribble(random: Random) -> str:
    """A signature that nobody wrote."""
    x, y = 6.0, 34.0
    path = [f"M{x:.1f} {y:.1f}"]
    for _ in range(random.randrange(5, 9)):
        turn = [random.uniform(-6, 14), random.uniform(-26, 26), random.uniform(4, 20), random.uniform(-30, 22)]
        end_x, end_y = min(x + random.uniform(10, 26), 194), min(max(30 + random.uniform(-20, 20), 6), 54)
        path.append(f"C{x + turn[0]:.1f} {y + turn[1]:.1f} {x + turn[2]:.1f} {y + turn[3]:.1f} {end_x:.1f} {end_y:.1f}")
        x, y = end_x, end_y
    ink = random.choice(("#1a2a78", "#111111", "#243b9a"))
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" width="200" height="60" viewBox="0 0 200 60">'
        f'<path d="{" ".join(path)}" '
        f'fill="none" stroke="{ink}" stroke-width="{random.uniform(1.8, 3.2):.1f}" stroke-linecap="round"/></svg>'
    )


def stamp(lines: tuple[str, ...], colour: str = "#27408b") -> str:
    """A round stamp with `lines` across it."""
    words = "".join(
        f'<text x="80" y="{80 + 15 * (index - (len(lines) - 1) / 2):.0f}" font-size="12" text-anchor="middle" '
        f'font-family="Noto Sans" fill="{colour}">{line}</text>'
        for index, line in enumerate(lines)
    )
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" width="160" height="160" viewBox="0 0 160 160">'
        f'<g fill="none" stroke="{colour}"><circle cx="80" cy="80" r="76" stroke-width="3"/>'
        f'<circle cx="80" cy="80" r="56" stroke-width="1.2"/></g>{words}</svg>'
    )


_DOCTYPE = '\n<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd">'
