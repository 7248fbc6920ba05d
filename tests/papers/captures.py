"""What is no document: captures of screens, pages printed off the web, conversations of other messengers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from io import BytesIO
from random import Random

import pikepdf
from PIL import Image, ImageDraw

from tests.papers import sheets
from tests.papers.fonts import font
from tests.papers.sheets import Sheet

PHONES = ((1170, 2532), (1080, 2400), (1080, 2340))
DESKTOPS = ((1920, 1080), (1366, 768), (2560, 1440))


def browser(page: Image.Image, random: Random, address: str) -> Image.Image:
    """A page in the window of a browser, the whole screen of it."""
    size = random.choice(DESKTOPS)
    screen = Image.new("RGB", size, "white")
    drawn = ImageDraw.Draw(screen)
    drawn.rectangle((0, 0, size[0], 42), fill="#dee1e6")
    drawn.rounded_rectangle((12, 8, 270, 50), 9, fill="white")
    drawn.text((26, 13), address.partition("/")[0], font=font(17), fill="#333333")
    drawn.rectangle((0, 42, size[0], 84), fill="white")
    drawn.text((16, 48), "‹  ›", font=font(22), fill="#555555")
    drawn.rounded_rectangle((110, 47, size[0] - 120, 79), 16, fill="#eef0f3")
    drawn.text((128, 51), f"https://{address}", font=font(17), fill="#222222")
    drawn.line((0, 85, size[0], 85), fill="#cccccc")
    width = int(size[0] * 0.72)
    scaled = page.resize((width, page.height * width // page.width), Image.Resampling.LANCZOS)
    screen.paste(scaled.crop((0, 0, width, size[1] - 86)), ((size[0] - width) // 2, 86))
    return screen


def chat(talk: Sequence[tuple[str, str]], random: Random, *, messenger: str) -> Image.Image:
    """The screen of a phone with bubbles: (side `left` or `right`, text)."""
    size = random.choice(PHONES)
    screen = Image.new("RGB", size, "#e5ddd5")
    drawn = ImageDraw.Draw(screen)
    drawn.rectangle((0, 0, size[0], 250), fill="#075e54")
    drawn.text(
        (70, 36), f"{random.randrange(8, 22)}:{random.randrange(10, 59)}", font=font(46, weight=600), fill="white"
    )
    drawn.text((size[0] - 300, 36), f"LTE  {random.randrange(11, 99)}%", font=font(42), fill="white")
    drawn.text((150, 130), messenger, font=font(54, weight=600), fill="white")
    drawn.text((150, 195), "в сети", font=font(34), fill="#cfe8e4")
    y = 300
    for side, words in talk:
        lines = _wrapped(drawn, words, size[0] - 330)
        height = 62 * len(lines) + 76
        x = 40 if side == "left" else 250
        drawn.rounded_rectangle(
            (x, y, x + size[0] - 290, y + height), 26, fill="white" if side == "left" else "#dcf8c6"
        )
        for index, line in enumerate(lines):
            drawn.text((x + 28, y + 16 + 62 * index), line, font=font(44), fill="#111111")
        drawn.text(
            (x + size[0] - 430, y + height - 54),
            f"{random.randrange(8, 22)}:{random.randrange(10, 59)}",
            font=font(32),
            fill="#777777",
        )
        y += height + 34
    return screen


def png(image: Image.Image) -> bytes:
    """As screens are saved."""
    file = BytesIO()
    image.save(file, "PNG")
    return file.getvalue()


def printed(sheet: Sheet, address: str) -> bytes:
    """A page that a browser printed to PDF: its address and the day in the margins, its engine in the metadata."""
    head = sheets.margins(f"04.05.2026, 12:30    {sheet.title}", f"https://{address}    1/1")
    with pikepdf.open(BytesIO(replace(sheet, blocks=[head, *sheet.blocks]).pdf())) as pdf:
        pdf.docinfo["/Creator"] = (
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/124.0.0.0 Safari/537.36"
        )
        pdf.docinfo["/Producer"] = "Skia/PDF m124"
        return saved(pdf)


def saved(pdf: pikepdf.Pdf) -> bytes:
    """The same bytes for the same document. XMP goes: it would say another maker than the document's own words."""
    if "/Metadata" in pdf.Root:
        del pdf.Root.Metadata
    file = BytesIO()
    pdf.save(file, deterministic_id=True)
    return file.getvalue()


def _wrapped(drawn: ImageDraw.ImageDraw, words: str, width: int) -> list[str]:
    lines = [""]
    for word in words.split():
        longer = f"{lines[-1]} {word}".strip()
        if drawn.textlength(longer, font=font(44)) > width:
            lines.append(word)
        else:
            lines[-1] = longer
    return lines
