"""`ombud pack`: what goes in, what comes out, and that each thing that was changed is said."""

from __future__ import annotations

import csv
import hashlib
import json
from pathlib import Path
from random import Random
from typing import Any
from zipfile import ZipFile

import pikepdf
import pytest

from ombud.domain.instants import format_instant
from ombud.inspect.recognise import parts
from ombud.rulebooks import open_book
from ombud.store.models import DraftPiece, FileSaid, StoredFile
from tests.actions.ending import unshipped
from tests.actions.taking import DAY, START
from tests.cli.run import Run, Said, runner
from tests.inspect.pdfs import signed
from tests.pack import desk
from tests.papers import captures, forms
from tests.papers.orders import Sold

OZON = Path(__file__).parents[2] / "src/ombud/rulebooks/ozon.yaml"


@pytest.fixture
def ombud(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Run:
    monkeypatch.chdir(tmp_path)
    return runner(monkeypatch, capsys)


@pytest.fixture(scope="module")
def sold() -> Sold:
    return desk.sold(3)


@pytest.fixture
def recognising() -> None:
    if None in parts().values():
        pytest.skip("Tesseract or its data is not here")


def put(folder: Path, **files: bytes) -> list[str]:
    """`name_pdf=...` as name.pdf; their paths."""
    paths = [folder / f"{name.rpartition('_')[0]}.{name.rpartition('_')[2]}" for name in files]
    for path, content in zip(paths, files.values(), strict=True):
        path.write_bytes(content)
    return [str(path) for path in paths]


def packed(ombud: Run, sold: Sold, *words: str, book: str = "ozon", code: int | None = None) -> dict[str, Any]:
    said = run(ombud, sold, *words, "--json", book=book)
    assert said.code in ({0, 1} if code is None else {code}), said.err
    found: dict[str, Any] = json.loads(said.out)
    return found


def run(ombud: Run, sold: Sold, *words: str, book: str = "ozon") -> Said:
    return ombud("pack", "--rulebook", book, "--order", desk.as_json(sold, Path.cwd()), *words)


def a_book(**instead: str) -> str:
    """Ozon's book with other words in its clause of files."""
    text = OZON.read_text("utf-8")
    for name, value in instead.items():
        line = next(one for one in text.splitlines() if one.startswith(f"    {name}: "))
        text = text.replace(line, f"    {name}: {value}" if value else "", 1)
    path = Path.cwd() / "book.yaml"
    path.write_text(text, "utf-8")
    return str(path)


def codes(file: dict[str, Any]) -> list[str]:
    return [one["code"] for one in file["changes"]]


def refused(said: Said) -> str:
    assert (said.code, said.out) == (2, ""), said.out
    assert not [each for each in Path.cwd().iterdir() if "upload" in each.name or each.name == "out"]
    return " ".join(said.err.split())


def test_files_of_any_name_and_sort_become_an_upload(ombud: Run, sold: Sold, tmp_path: Path, recognising: None) -> None:
    files = put(
        tmp_path,
        scan_0001_png=forms.png(desk.waybill(sold).pictures(dpi=150)[0]),
        clip_mp4=desk.film(sold),
        export_pdf=desk.outbound(sold).pdf(),
    )
    before = [Path(file).read_bytes() for file in files]
    found = packed(ombud, sold, *files, "--out", "out")
    [upload] = found["uploads"]
    names = [
        f"{sold.order_id}_{word}_ru.{ending}"
        for word, ending in (("shipment", "pdf"), ("packing", "mp4"), ("outbound", "pdf"))
    ]
    assert [file["name"] for file in upload["files"]] == names
    assert codes(upload["files"][0]) == ["renamed", "kind_by_words", "same_pixels"]
    assert codes(upload["files"][1]) == ["renamed", "kind_by_format", "language_by_book"]
    assert codes(upload["files"][2]) == ["renamed", "kind_by_words"]
    assert (upload["missing"], found["left_out"]) == ([], [])
    assert before == [Path(file).read_bytes() for file in files], "no original is touched"
    own = tmp_path / "out" / "upload-1"
    assert sorted(each.name for each in own.iterdir()) == sorted(names)
    for file in upload["files"]:
        content = (own / file["name"]).read_bytes()
        assert (len(content), hashlib.sha256(content).hexdigest()) == (file["bytes"], file["sha256"])
    with ZipFile(tmp_path / "out" / "upload-1.zip") as archive:
        assert {name: archive.read(name) for name in archive.namelist()} == {
            name: (own / name).read_bytes() for name in names
        }


def test_the_sheet_says_what_goes_where_and_what_was_done(ombud: Run, sold: Sold, tmp_path: Path) -> None:
    [file] = put(tmp_path, export_pdf=desk.outbound(sold).pdf())
    found = packed(ombud, sold, file, "--out", "out")
    text, rows, data = (tmp_path / "out" / f"sheet.{ending}" for ending in ("txt", "csv", "json"))
    name = f"{sold.order_id}_outbound_ru.pdf"
    title = open_book("ozon").clauses["kinds.outbound_record"][-1].value.title.speak("en")
    assert f"Named {name}; it was export.pdf." in text.read_text("utf-8")
    [head, row] = list(csv.reader(rows.read_text("utf-8").splitlines()))
    assert dict(zip(head, row, strict=True)) | {"changes": "", "remarks": ""} == {
        "upload": "1", "file": name, "kind": "outbound_record", "title": title,
        "bytes": str(found["uploads"][0]["bytes"]), "sha256": found["uploads"][0]["files"][0]["sha256"],
        "made_of": "export.pdf", "changes": "", "verdict": found["verdict"], "remarks": "",
    }  # fmt: skip
    assert json.loads(data.read_text("utf-8")) == found


def test_the_same_files_give_the_same_bytes(ombud: Run, sold: Sold, tmp_path: Path) -> None:
    files = put(tmp_path, a_pdf=desk.outbound(sold).pdf(), b_pdf=desk.outbound(sold, 2).pdf())
    for out in ("one", "two"):
        packed(ombud, sold, *files, "--out", out)
    one, two = (written(tmp_path / out) for out in ("one", "two"))
    assert one == two


def written(out: Path) -> dict[str, bytes]:
    """All of it but what names the folder."""
    files = [each for each in out.rglob("*") if each.is_file() and each.suffix != ".json"]
    return {str(each.relative_to(out)): each.read_bytes() for each in files}


def test_an_upload_that_is_too_large_is_made_smaller_and_still_says_what_it_said(
    ombud: Run, sold: Sold, tmp_path: Path, recognising: None
) -> None:
    files = put(tmp_path, scan_pdf=desk.scan(desk.outbound(sold)), w_pdf=desk.waybill(sold).pdf())
    book = a_book(most_bytes="300KB")
    found = packed(ombud, sold, *files, "--out", "out", book=book)
    [upload] = found["uploads"]
    assert upload["bytes"] <= 300_000 < sum(Path(file).stat().st_size for file in files)
    scan, text = upload["files"]
    assert codes(scan)[-2:] == ["smaller_pdf_dpi", "still_read"] or codes(scan)[-2:] == ["smaller_pdf", "still_read"]
    assert next(one for one in scan["changes"] if one["code"] == "still_read")["words"] > 20
    assert "smaller_pdf" not in codes(text), "what is small is left alone"
    again = packed(ombud, sold, str(tmp_path / "out/upload-1" / scan["name"]), "--out", "again")
    passed = {one["field"] for one in again["uploads"][0]["files"][0]["remarks"] if one["level"] == "fine"}
    assert {"operator_id", "record_time", "photo_hash"} <= passed


def test_what_cannot_get_smaller_is_left_out_the_optional_kinds_first(ombud: Run, sold: Sold, tmp_path: Path) -> None:
    files = put(
        tmp_path, m_pdf=desk.messages(sold).pdf(), w_pdf=desk.waybill(sold).pdf(), o_pdf=desk.outbound(sold).pdf()
    )
    sizes = [Path(file).stat().st_size for file in files]
    book = a_book(most_bytes=f"{sum(sizes[1:]) + 500}B")
    found = packed(ombud, sold, *files, "--out", "out", book=book, code=1)
    stay = found["uploads"][0]["files"]
    assert [file["kind"] for file in stay] == ["waybill", "outbound_record"]
    assert not {"tighter", "smaller_pdf"} & {code for file in stay for code in codes(file)}, "now they fit as they are"
    [left] = found["left_out"]
    assert (left["files"], left["kind"], left["reason"]) == (["m.pdf"], "buyer_messages", "optional")
    assert "Left out: m.pdf." in (tmp_path / "out/sheet.txt").read_text("utf-8")


def test_a_book_that_takes_several_uploads_gets_several(ombud: Run, sold: Sold, tmp_path: Path) -> None:
    files = put(
        tmp_path, m_pdf=desk.messages(sold).pdf(), w_pdf=desk.waybill(sold).pdf(), o_pdf=desk.outbound(sold).pdf()
    )
    sizes = [Path(file).stat().st_size for file in files]
    book = a_book(most_files="2", submissions="", most_bytes=f"{sum(sizes[1:]) + 100}B")
    found = packed(ombud, sold, *files, "--out", "out", book=book)
    kinds = [[file["kind"] for file in upload["files"]] for upload in found["uploads"]]
    assert kinds == [["waybill", "outbound_record"], ["buyer_messages"]]
    assert sum(upload["bytes"] for upload in found["uploads"]) == sum(sizes), "no smaller than they need be there"
    assert sorted(each.name for each in (tmp_path / "out").glob("*.zip")) == ["upload-1.zip", "upload-2.zip"]
    assert found["left_out"] == []


def test_files_of_one_kind_become_one_pdf_in_their_order(ombud: Run, sold: Sold, tmp_path: Path) -> None:
    sheets = [desk.outbound(sold, seed).pdf() for seed in (1, 2, 3)]
    files = put(tmp_path, c_pdf=sheets[0], a_pdf=sheets[1], b_pdf=sheets[2])
    [file] = packed(ombud, sold, *files, "--out", "out")["uploads"][0]["files"]
    merged = [(one["file"], one["first"]) for one in file["changes"] if one["code"] == "merged_page"]
    assert merged == [("c.pdf", 1), ("a.pdf", 2), ("b.pdf", 3)]
    assert [one["name"] for one in file["made_of"]] == ["c.pdf", "a.pdf", "b.pdf"]
    with pikepdf.open(tmp_path / "out/upload-1" / file["name"]) as whole:
        assert len(whole.pages) == 3


def test_a_signed_pdf_stays_byte_by_byte(ombud: Run, sold: Sold, tmp_path: Path) -> None:
    """Neither merged, though another has its name, nor made smaller, though it does not fit."""
    files = put(tmp_path, s_pdf=desk.waybill(sold).pdf(), t_pdf=desk.waybill(sold, 2).pdf())
    content = signed(Path(files[0])).read_bytes()
    found = packed(ombud, sold, *files, "--out", "out")
    [file] = found["uploads"][0]["files"]
    assert (tmp_path / "out/upload-1" / file["name"]).read_bytes() == content
    assert [(left["files"], left["reason"]) for left in found["left_out"]] == [(["t.pdf"], "name")]
    small = packed(ombud, sold, files[0], "--out", "none", book=a_book(most_bytes="10KB"), code=1)
    assert [left["reason"] for left in small["left_out"]] == ["bytes"]


def test_the_same_file_goes_in_once(ombud: Run, sold: Sold, tmp_path: Path) -> None:
    record = desk.outbound(sold).pdf()
    found = packed(ombud, sold, *put(tmp_path, a_pdf=record, b_pdf=record), "--out", "out", code=1)
    assert len(found["uploads"][0]["files"]) == 1
    assert [(left["files"], left["reason"]) for left in found["left_out"]] == [(["b.pdf"], "same_file")]


def test_a_capture_of_a_web_page_is_not_made_into_a_document(
    ombud: Run, sold: Sold, tmp_path: Path, recognising: None
) -> None:
    page = desk.waybill(sold).pictures(150)[0]
    screen = captures.browser(page, Random(1), f"www.cdek.example/track?number={sold.number}")
    [file] = put(tmp_path, proof_png=captures.png(screen))
    text = refused(run(ombud, sold, file, "--kind", f"{file}=waybill", "--out", "out"))
    assert "proof.png is a capture of a web page or chat" in text
    assert "converting it does not mend that" in text


def test_what_stood_against_a_file_stands_against_what_is_made_of_it(
    ombud: Run, sold: Sold, tmp_path: Path, recognising: None
) -> None:
    """A PNG of the size of a screen becomes a PDF that no longer looks like one."""
    from PIL import Image

    screen = Image.new("RGB", (1170, 2532), "white")
    slip = desk.slip(sold).pictures(dpi=140)[0]
    screen.paste(slip.crop((0, 0, 1158, 1000)), (6, 300))
    [file] = put(tmp_path, slip_png=forms.png(screen))
    [made] = packed(ombud, sold, file, "--kind", f"{file}=delivery_slip", "--out", "out", code=1)["uploads"][0]["files"]
    assert made["format"] == "pdf"
    assert "screenshot" in {one["check"] for one in made["remarks"] if one["level"] == "doubt"}


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        (
            "a.docx",
            b"PK\x03\x04" + b"\0" * 26 + b"[Content_Types].xml word/document.xml",
            "Export it as PDF in the program",
        ),
        ("a.xyz", b"nothing that anybody knows", "unknown format"),
        ("a.pdf", b"%PDF-1.7\nnothing more", "it cannot be opened"),
        ("empty.pdf", b"", "is empty"),
        ("two.jpg", b"\xff\xd8\xff\xe0/*" + b"\0" * 99, "hides HTML"),
    ],
)
def test_what_cannot_be_packed_is_refused_with_a_mend_and_nothing_is_written(
    ombud: Run, sold: Sold, tmp_path: Path, name: str, content: bytes, words: str
) -> None:
    (tmp_path / name).write_bytes(content)
    good = put(tmp_path, good_pdf=desk.outbound(sold).pdf())
    assert words in refused(run(ombud, sold, name, *good, "--kind", f"{name}=waybill", "--out", "out"))


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["none.pdf"], "none.pdf cannot be read"),
        (["."], "it is a folder"),
        (["o.pdf", "--kind", "o.pdf=nothing"], "There is no kind of evidence 'nothing'"),
        (["o.pdf", "--kind", "p.pdf=waybill"], "p.pdf is none of the files"),
        (["o.pdf", "--kind", "waybill"], "does not say which file"),
        (["u.pdf"], "--kind u.pdf=KIND"),
        (["o.pdf", "--out", "full"], "not an empty folder"),
    ],
)
def test_a_bad_word_is_refused_before_anything_is_written(
    ombud: Run, sold: Sold, tmp_path: Path, words: list[str], told: str
) -> None:
    put(tmp_path, o_pdf=desk.outbound(sold).pdf(), u_pdf=desk.scan(desk.outbound(sold), dpi=10))
    (tmp_path / "full").mkdir()
    (tmp_path / "full/there").touch()
    assert told in refused(run(ombud, sold, *words))
    assert [each.name for each in (tmp_path / "full").iterdir()] == ["there"]


def test_a_case_of_the_store_is_packed_for_and_nothing_is_kept(
    ombud: Run, sold: Sold, tmp_path: Path, db: None
) -> None:
    case = unshipped()
    [file] = put(tmp_path, record_pdf=desk.outbound(sold).pdf())
    at = format_instant(START + 4 * DAY)
    said = ombud("pack", f"#{case.case_id}", file, "--at", at, "--no-zip", "--json")
    assert said.code in {0, 1, 2}, said.err
    found = json.loads(said.out)
    assert (found["case_id"], found["order_id"], found["folder"]) == (case.case_id, "o1", "o1")
    assert [each.name for each in sorted((tmp_path / "o1").iterdir())] == [
        "sheet.csv",
        "sheet.json",
        "sheet.txt",
        "upload-1",
    ]
    assert [each.name for each in (tmp_path / "o1/upload-1").iterdir()] == ["o1_outbound_ru.pdf"]
    assert not any(model.objects.exists() for model in (DraftPiece, StoredFile, FileSaid))


def test_the_page_shows_each_upload_with_its_changes_and_its_doubts(ombud: Run, sold: Sold, tmp_path: Path) -> None:
    said = run(ombud, sold, *put(tmp_path, export_pdf=desk.outbound(sold).pdf()), "--out", "out")
    text = " ".join(said.out.split())
    assert f"Named {sold.order_id}_outbound_ru.pdf; it was export.pdf." in text
    assert "upload-1: files 1 / 5" in text
    assert "Missing: Waybill in Russian." in text
    assert "Written: out" in text
