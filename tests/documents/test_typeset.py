"""Whatever the words are, they come out as they are: as PDF/A, byte for byte the same, with every letter in a font."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from fractions import Fraction
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ombud.documents import fonts, typeset
from ombud.documents.blocks import (
    Bar,
    Block,
    Column,
    Facts,
    Heading,
    Lead,
    Paragraph,
    Points,
    Table,
    Verbatim,
    dim,
    strong,
    whole,
)
from ombud.domain.problems import OmbudError
from tests.documents.reading import Paper, a_document

CODE = '#panic() #let x = 1 *_$@<a>`~=/ \\u{41} {page} [x](y) // /* "quoted" https://a.example'
FURTHER = Path("/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf")
EVERY_BLOCK = (
    Lead("Label", "Text", ("Line", dim("Dim")), "Note"),
    Heading("Heading"),
    Paragraph("Paragraph", dim=True),
    Points(("One", "Two")),
    Facts((("Name", ("Value", whole("id-1"))), ("Other", Points(("Three",))))),
    Table((Column("A", 1), Column("B", right=True)), [(strong("Cell"), Bar(Fraction(1, 3)))], [("Sum", "9")]),
    Verbatim('{\n "a": 1\n}'),
)


def test_the_same_data_give_the_same_bytes_and_another_instant_gives_others() -> None:
    document = a_document(*EVERY_BLOCK)
    assert typeset.pdf(document) == typeset.pdf(document)
    assert typeset.pdf(document) != typeset.pdf(replace(document, at=document.at + timedelta(seconds=1)))


def test_a_document_is_pdf_a_2b_of_a4_pages_and_bears_its_date() -> None:
    paper = Paper(a_document(*EVERY_BLOCK))
    assert paper.reader.metadata is not None
    assert paper.reader.metadata.creation_date == a_document().at
    assert paper.reader.xmp_metadata is not None
    assert b"<pdfaid:part>2</pdfaid:part><pdfaid:conformance>B</pdfaid:conformance>" in paper.content
    assert [round(float(side)) for side in paper.reader.pages[0].mediabox[2:]] == [595, 842]


@pytest.mark.parametrize(
    "place", ["title", "subtitle", "paragraph", "heading", "fact", "cell", "whole", "points", "raw"]
)
def test_text_is_never_read_as_code_wherever_it_stands(place: str) -> None:
    blocks: dict[str, Block] = {
        "paragraph": Paragraph(CODE),
        "heading": Heading(CODE),
        "fact": Facts(((CODE, CODE),)),
        "cell": Table((Column(CODE, 1),), [(CODE,)], [(CODE,)]),
        "whole": Facts((("name", whole(CODE)),)),
        "points": Points((CODE,)),
        "raw": Verbatim(CODE),
    }
    block = blocks.get(place, Paragraph("x"))
    titles = {place: CODE} if place in ("title", "subtitle") else {}
    assert CODE in Paper(a_document(block, **titles))


@given(st.text(st.characters(max_codepoint=0x4FF), max_size=40))
@settings(max_examples=60, deadline=None)
def test_any_latin_or_cyrillic_text_is_set_or_refused_by_the_letter_that_no_font_has(text: str) -> None:
    document = a_document(Facts((("name", whole(text)),)), Paragraph(text))
    shown = typeset.visible(text)
    lacking = [letter for letter in shown if _is_lacking(letter)]
    if lacking:
        with pytest.raises(OmbudError, match=f"U\\+{ord(lacking[0]):04X}|glyph|No font"):
            typeset.pdf(document)
        return
    assert Paper(document).lacking(*(word for word in shown.split() if word.isascii())) == []


@cache
def _is_lacking(letter: str) -> bool:
    """Whether the fonts refuse a letter on its own."""
    try:
        typeset.pdf(a_document(Paragraph(letter)))
    except OmbudError:
        return True
    return False


def test_cyrillic_kazakh_and_chinese_stand_in_one_document() -> None:
    words = ("Заказ не отправлен", "Қазақстан теңгесі ₸ ₽ €", "轨迹已签收但买家“称”未收到货", "№ 12 → 34 − 5 × 6")
    paper = Paper(a_document(Paragraph(words[0]), Heading(words[1]), Paragraph(words[2]), Paragraph(words[3])))
    assert paper.lacking(*words) == []
    assert paper.fonts == {"NotoSans-Regular", "NotoSansCJKsc-Thin"}


@pytest.mark.parametrize("language", ["en", "ru", "zh"])
def test_the_title_stands_in_the_data_of_the_file_too(language: str) -> None:
    metadata = Paper(a_document(language=language, title="无首次扫描 · Нет сканирования")).reader.metadata
    assert metadata is not None
    assert metadata.title == "无首次扫描 · Нет сканирования"


def test_a_letter_that_no_font_has_is_an_error_and_no_box() -> None:
    with pytest.raises(OmbudError) as refused:
        typeset.pdf(a_document(Paragraph("Order \N{PILE OF POO} 12")))
    [problem] = refused.value.problems
    assert problem.code == "glyph_missing"
    assert "U+1F4A9" in problem.say()
    assert "OMBUD_FONTS" in problem.say()


def test_what_cannot_be_seen_is_shown_by_its_number() -> None:
    turned = "12\u202e34\u200b5\x00"
    assert typeset.visible(turned) == "12‹U+202E›34‹U+200B›5‹U+0000›"
    assert "12‹U+202E›34" in Paper(a_document(Paragraph(turned)))


def test_a_long_id_stays_within_its_column_and_is_copied_whole() -> None:
    order_id = "20000450-8201-1_" + "9" * 300
    paper = Paper(a_document(Table((Column("id", 1), Column("x", 1)), [(whole(order_id), "x")])))
    assert order_id in paper
    assert max(len(line) for line in paper.text.splitlines()) < 60


def test_a_long_table_repeats_its_head_on_every_page() -> None:
    paper = Paper(a_document(Table((Column("The head", 1),), [(f"row {index}",) for index in range(200)])))
    assert len(paper.reader.pages) > 3
    assert all("The head" in page.extract_text() for page in paper.reader.pages)
    assert paper.lacking(*(f"row {index}" for index in range(200))) == []


@pytest.mark.parametrize(("family", "package"), [(fonts.LATIN, "noto-sans"), (fonts.CHINESE, "cjk")])
def test_a_missing_font_is_an_error_that_says_how_to_install_it(
    family: str, package: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    shipped = {**fonts._SHIPPED, family: (fonts._SHIPPED[family][0], "no_such_package")}
    monkeypatch.setattr(fonts, "_SHIPPED", shipped)
    fonts._read.cache_clear()
    try:
        with pytest.raises(OmbudError) as refused:
            typeset.pdf(a_document())
    finally:
        fonts._read.cache_clear()
    said = refused.value.problems[0].say()
    assert refused.value.problems[0].code == "font_missing"
    assert family in said
    assert "pip install" in said
    assert package in said


def test_a_folder_of_further_fonts_brings_further_letters(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(fonts.MORE, str(tmp_path))
    with pytest.raises(OmbudError) as refused:
        typeset.pdf(a_document())
    assert refused.value.problems[0].code == "no_fonts"
    if not FURTHER.is_file():
        pytest.skip(f"{FURTHER} is not on this machine")
    (tmp_path / FURTHER.name).write_bytes(FURTHER.read_bytes())
    with_it = a_document(Paragraph("\N{GREEK SMALL LETTER ARCHAIC KOPPA}\N{BLACK CHESS KING}"))
    assert "\N{BLACK CHESS KING}" in Paper(with_it)
    monkeypatch.delenv(fonts.MORE)
    with pytest.raises(OmbudError, match="U\\+265A"):
        typeset.pdf(with_it)
