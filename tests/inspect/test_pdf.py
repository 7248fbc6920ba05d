"""What a PDF says: its lines as a reader sees them, its pages, its words about itself."""

from __future__ import annotations

from pathlib import Path

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name, String

from ombud.inspect import pdf
from tests.inspect.pdfs import lines, page, text, typeset, values, written


def test_a_row_of_a_form_is_one_line_with_its_cells_two_spaces_apart(tmp_path: Path) -> None:
    content = page(
        text(300, 700, "RA123456785RU"),
        text(50, 700, "Tracking number:"),
        text(50, 680, "Recipient"),
        text(300, 681.5, "I. Petrova"),
    )
    said = pdf.read(written(tmp_path / "a.pdf", content))
    assert lines(said) == ["Tracking number:  RA123456785RU", "Recipient  I. Petrova"]


def test_a_line_carries_its_page_and_its_box_from_the_top_left(tmp_path: Path) -> None:
    said = pdf.read(written(tmp_path / "a.pdf", text(50, 700, "one"), text(50, 100, "two")))
    first, second = (each for each in said if each.field == "line")
    assert (first.page, second.page) == (1, 2)
    assert first.box is not None
    assert second.box is not None
    left, top, right, bottom = first.box
    assert left == 84
    assert 150 <= top < bottom <= 175
    assert left < right < 150
    assert second.box[1] > 850
    assert first.source == "text_layer"
    assert first.confidence == 1.0
    assert first.tool == "pypdfium2"
    assert first.version


def test_a_page_that_is_turned_is_read_as_it_is_shown(tmp_path: Path) -> None:
    content = page(text(50, 700, "left"), text(300, 700, "right"))
    said = pdf.read(written(tmp_path / "a.pdf", content, attributes={"Rotate": 90}))
    assert lines(said) == ["left  right"]
    box = next(each.box for each in said if each.field == "line")
    assert box is not None
    assert box[0] > 800  # what was at the top is at the right


def test_text_drawn_upwards_is_a_line_of_its_own(tmp_path: Path) -> None:
    content = page(
        text(100, 700, "across"), "BT /F1 12 Tf 0 1 -1 0 50 300 Tm (upwards) Tj 0 1 -1 0 50 400 Tm (goes on) Tj ET"
    )
    assert lines(pdf.read(written(tmp_path / "a.pdf", content))) == ["across", "upwards  goes on"]


def test_two_columns_of_running_text_are_read_one_after_the_other(tmp_path: Path) -> None:
    rows = [
        text(x, 700 - 15 * row, f"{side} {row} runs on and on to its own end", size=10)
        for row in range(10)
        for x, side in ((50, "left"), (320, "right"))
    ]
    read = lines(pdf.read(written(tmp_path / "a.pdf", page(*rows))))
    assert [line.split()[0] for line in read] == ["left"] * 10 + ["right"] * 10


def test_the_rows_of_a_table_stay_whole_however_many_they_are(tmp_path: Path) -> None:
    value = "a value as long as it gets"
    rows = [page(text(50, 700 - 15 * row, f"Field {row}"), text(320, 700 - 15 * row, value)) for row in range(20)]
    assert lines(pdf.read(written(tmp_path / "a.pdf", page(*rows)))) == [f"Field {row}  {value}" for row in range(20)]


def test_letters_of_three_scripts_are_read(tmp_path: Path) -> None:
    said = pdf.read(typeset(tmp_path / "a.pdf", "Отправитель: ООО «Ромашка» \\ 收件人 张三 \\ Weight 1.2 kg"))
    assert lines(said) == ["Отправитель: ООО «Ромашка»", "收件人 张三", "Weight 1.2 kg"]


def test_what_a_form_and_its_annotations_show_is_text_and_what_they_hide_is_not(tmp_path: Path) -> None:
    path = written(tmp_path / "a.pdf", text(50, 700, "Name:"))
    with pikepdf.open(path, allow_overwriting_input=True) as opened:
        only = opened.pages[0]
        fonts = Dictionary(Font=Dictionary(F1=only.Resources.Font.F1))
        stamp = opened.make_stream(
            b"q BT /F1 12 Tf 2 2 Td (Delivered) Tj ET Q",
            Type=Name.XObject, Subtype=Name.Form, BBox=Array([0, 0, 100, 20]), Resources=fonts,
        )  # fmt: skip
        shown = Dictionary(Type=Name.Annot, Subtype=Name.Stamp, AP=Dictionary(N=stamp))
        value = opened.make_indirect(
            Dictionary(
                Type=Name.Annot, Subtype=Name.Widget, FT=Name.Tx, T=String("name"), V=String("Ivan"), F=4,
                Rect=Array([100, 695, 300, 715]), DA=String("/F1 12 Tf 0 g"),
            )
        )  # fmt: skip
        only.Annots = Array(
            [
                value,
                opened.make_indirect(Dictionary({**shown, "/F": 4, "/Rect": Array([50, 500, 150, 520])})),
                opened.make_indirect(Dictionary({**shown, "/F": 2, "/Rect": Array([50, 400, 150, 420])})),
            ]
        )
        opened.Root.AcroForm = Dictionary(
            Fields=Array([value]), NeedAppearances=True, DR=fonts, DA=String("/F1 12 Tf 0 g")
        )
        opened.save(path)
    assert lines(pdf.read(path)) == ["Name:  Ivan", "Delivered"]


def test_what_it_says_about_itself_is_metadata(tmp_path: Path) -> None:
    info = {
        "/Producer": "Scan\n 3000", "/Creator": "WMS", "/CreationDate": "D:20260301120000+03'00'",
        "/ModDate": "D:20260302",
    }  # fmt: skip
    path = written(tmp_path / "a.pdf", text(50, 700, "one"), info=info)
    said = pdf.read(path)
    assert values(said, "creator") == ["WMS"]
    assert values(said, "producer") == ["Scan 3000"]
    assert values(said, "created_at") == ["2026-03-01T12:00:00+03:00"]
    assert values(said, "modified_at") == ["2026-03-02"]
    assert values(said, "revisions") == [1]
    assert {each.source for each in said if each.field == "producer"} == {"metadata"}


@pytest.mark.parametrize(
    ("date", "instant"),
    [
        ("D:20200315103639+01'00'", "2020-03-15T10:36:39+01:00"),
        ("D:20140914114338Z00'00'", "2014-09-14T11:43:38+00:00"),
        ("20171231232515", "2017-12-31T23:25:15"),
        ("D:202601011200-0530", "2026-01-01T12:00:00-05:30"),
        ("D:20201223181640+15'16'", "2020-12-23T18:16:40"),  # seen in the wild: no such zone
        ("D:20261301", ""),
        ("D:2026", ""),
        ("yesterday", ""),
    ],
)
def test_a_time_has_an_offset_only_where_one_stands_that_can_be(tmp_path: Path, date: str, instant: str) -> None:
    said = pdf.read(written(tmp_path / "a.pdf", text(50, 700, "one"), info={"/CreationDate": date}))
    assert values(said, "created_at") == ([instant] if instant else [])


@pytest.mark.parametrize("modern", [False, True])
def test_every_time_it_was_written_is_a_revision_and_a_linearised_file_has_one(tmp_path: Path, modern: bool) -> None:
    how = pikepdf.ObjectStreamMode.generate if modern else pikepdf.ObjectStreamMode.disable
    path = written(tmp_path / "a.pdf", text(50, 700, "one"), linearize=True, object_stream_mode=how)
    assert values(pdf.read(path), "revisions") == [1]
    once = path.read_bytes()
    more = b"\nxref\n0 1\n0000000000 65535 f \ntrailer <</Size 1>>\nstartxref\n%d\n%%%%EOF\n"
    path.write_bytes(once + more % (len(once) + 1))
    assert values(pdf.read(path), "revisions") == [2]
