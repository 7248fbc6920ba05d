"""PDFs that are broken, locked, too long or too large: said, and never raised."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import pikepdf
import pytest

from ombud.domain.said import Said
from ombud.inspect import pdf, pdf_signatures
from ombud.inspect.pdf import limits
from tests.inspect.pdfs import lines, page, text, values, written


def problems(said: list[Said]) -> list[str | int]:
    return values(said, "problem")


def test_a_file_of_no_bytes_is_empty(tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(b"")
    assert problems(pdf.read(path)) == ["empty"]
    assert pdf_signatures.read(path) == []


@pytest.mark.parametrize(
    "content", [b"%PDF-1.7\n", b"%PDF-1.7\n%%EOF", b"\x00" * 5000, b"%PDF-1.4 trailer <</Root 1 0 R>>"]
)
def test_what_is_no_pdf_cannot_be_opened(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(content)
    assert problems(pdf.read(path)) == ["cannot_open"]
    assert pdf_signatures.read(path) == []


@pytest.mark.parametrize("revision", [4, 6])
def test_a_password_makes_it_encrypted_and_one_only_for_changes_does_not(
    tmp_path: Path, revision: Literal[4, 6]
) -> None:
    locked = pikepdf.Encryption(user="secret", owner="other", R=revision)
    kept = pikepdf.Encryption(user="", owner="other", R=revision)
    path = written(tmp_path / "a.pdf", text(50, 700, "one"), encryption=locked)
    assert problems(pdf.read(path)) == ["encrypted"]
    path = written(tmp_path / "a.pdf", text(50, 700, "one"), encryption=kept)
    assert lines(pdf.read(path)) == ["one"]
    assert pdf_signatures.read(path) == []


def test_a_page_larger_than_pdf_allows_is_said_and_the_others_are_read(tmp_path: Path) -> None:
    path = written(tmp_path / "a.pdf", text(50, 700, "one"), text(50, 700, "two"))
    with pikepdf.open(path, allow_overwriting_input=True) as opened:
        opened.pages[0].MediaBox = pikepdf.Array([0, 0, 200_000, 200_000])
        opened.save(path)
    said = pdf.read(path)
    assert [(each.value, each.page) for each in said if each.field == "problem"] == [("page_too_large", 1)]
    assert lines(said) == ["two"]


def test_of_many_pages_the_first_ones_are_read(tmp_path: Path) -> None:
    path = written(tmp_path / "a.pdf", *[text(50, 700, f"page {number}") for number in range(1, 71)])
    said = pdf.read(path)
    assert values(said, "pages") == [70]
    assert lines(said) == [f"page {number}" for number in range(1, limits.PAGES_READ + 1)]
    assert values(said, "cut") == ["pages"]
    assert problems(said) == []


def test_of_too_many_pages_none_is_read(tmp_path: Path) -> None:
    path = written(tmp_path / "a.pdf", text(50, 700, "one"))
    with pikepdf.open(path, allow_overwriting_input=True) as opened:
        opened.Root.Pages.Kids = pikepdf.Array([opened.pages[0].obj] * 50_000)
        opened.Root.Pages.Count = 50_000
        opened.save(path)
    said = pdf.read(path)
    assert values(said, "pages") == [50_000]
    assert problems(said) == ["too_many_pages"]
    assert lines(said) == []


def test_more_lines_than_can_be_judged_are_cut(tmp_path: Path) -> None:
    content = page(*[text(50, 830 - row, f"{row}", size=1) for row in range(800)])
    said = pdf.read(written(tmp_path / "a.pdf", content))
    assert len(lines(said)) == limits.MOST_LINES
    assert values(said, "cut") == ["lines"]


def test_no_line_is_longer_than_can_be_shown(tmp_path: Path) -> None:
    said = pdf.read(written(tmp_path / "a.pdf", text(10, 700, "word " * 200, size=1)))
    assert {len(line) <= limits.LINE_LENGTH for line in lines(said)} == {True}
    assert " ".join(lines(said)) == ("word " * 200).strip()


def test_a_drawn_page_has_no_more_pixels_than_there_is_room_for(tmp_path: Path) -> None:
    path = written(tmp_path / "a.pdf", text(50, 700, "one"), size=(14_000, 14_000))
    drawn = pdf.render(path, 1, 600)
    assert drawn.mode == "RGB"
    assert 0.9 * limits.RENDERED_PIXELS < drawn.width * drawn.height <= limits.RENDERED_PIXELS * 1.001
    small = pdf.render(written(tmp_path / "b.pdf", text(50, 700, "one")), 1, 72)
    assert small.size == (595, 842)
    light = small.convert("L").histogram()
    assert sum(light[:60]) > 0
    assert light[255] > 0.9 * small.width * small.height


@pytest.mark.parametrize("number", [0, 2])
def test_a_page_that_is_not_there_is_not_drawn(tmp_path: Path, number: int) -> None:
    path = written(tmp_path / "a.pdf", text(50, 700, "one"))
    with pytest.raises(ValueError, match="page"):
        pdf.render(path, number, 72)


@pytest.mark.real_data
def test_no_broken_file_makes_a_reader_raise_and_what_cannot_be_read_is_said(real_data: Path) -> None:
    broken = sorted((real_data / "evidence" / "pdf_malformed").glob("*.pdf"))
    assert len(broken) > 50
    for path in broken:
        said = pdf.read(path)
        pdf_signatures.read(path)
        assert values(said, "pages") or set(problems(said)) <= {"cannot_open", "encrypted"}, path.name
