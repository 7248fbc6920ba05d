"""Whether a signed PDF still says what was signed."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name, String
from pyhanko.pdf_utils import generic as typed_in_part
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import fields
from pyhanko.sign.fields import MDPPerm
from pyhanko.sign.validation.dss import DocumentSecurityStore

from ombud.domain.said import Said
from ombud.inspect import pdf_signatures
from tests.inspect.pdfs import page, signed, text, values, written

generic: Any = typed_in_part


def states(said: list[Said]) -> list[str | int]:
    return values(said, "digital_signature")


@pytest.fixture
def slip(tmp_path: Path) -> Path:
    """A delivery slip, not signed yet."""
    return written(tmp_path / "slip.pdf", page(text(50, 700, "Weight 12.5 kg"), text(50, 680, "Signed for")), "")


def edited(path: Path, words: bytes) -> Path:
    """Other words on the first page, in one more revision."""
    writer: Any = IncrementalPdfFileWriter(BytesIO(path.read_bytes()))
    first = writer.root["/Pages"]["/Kids"][0]
    content = first.raw_get("/Contents").get_object()
    content._data = content.data.replace(b"12.5", words)
    content._encoded_data = None
    writer.update_container(content)
    return _saved(path, writer)


def _saved(path: Path, writer: Any) -> Path:
    held = BytesIO()
    writer.write(held)
    path.write_bytes(held.getvalue())
    return path


def test_a_file_without_a_signature_says_nothing(slip: Path) -> None:
    assert pdf_signatures.read(slip) == []


def test_a_signature_says_who_signed_when_and_where_it_is_seen(slip: Path) -> None:
    said = pdf_signatures.read(signed(slip, "Ирина Петрова", box=(100, 84, 200, 168)))
    assert states(said) == ["intact"]
    assert values(said, "digital_signer") == ["Ирина Петрова"]
    (when,) = values(said, "digitally_signed_at")
    assert str(when).endswith("+00:00")
    assert {(each.page, each.box) for each in said} == {(1, (168, 800, 336, 900))}
    assert {(each.source, each.tool, each.confidence) for each in said} == {("signature", "pyhanko", 1.0)}


def test_a_signature_that_is_not_seen_has_no_place(slip: Path) -> None:
    assert {(each.page, each.box) for each in pdf_signatures.read(signed(slip))} == {(None, None)}


@pytest.mark.parametrize(
    ("turned", "box"),
    [(90, (100, 168, 200, 336)), (180, (664, 100, 832, 200)), (270, (800, 664, 900, 832))],
)
def test_the_place_of_a_signature_is_as_the_page_is_shown(
    tmp_path: Path, turned: int, box: tuple[int, int, int, int]
) -> None:
    path = written(tmp_path / "a.pdf", text(50, 700, "one"), attributes={"Rotate": turned})
    assert {each.box for each in pdf_signatures.read(signed(path, box=(100, 84, 200, 168)))} == {box}


def test_one_byte_changed_is_altered_or_makes_the_signature_unreadable(slip: Path) -> None:
    whole = bytearray(signed(slip).read_bytes())
    begin, end = _hole(whole)
    outside = [*range(30, begin, max(1, begin // 25)), *range(end + 1, len(whole), max(1, (len(whole) - end) // 10))]
    for at in outside:
        whole[at] ^= 1
        slip.write_bytes(whole)
        found = states(pdf_signatures.read(slip))
        # Where the flip breaks the signature's own dictionary, what it covered cannot be told any more.
        assert found in (["altered"], ["unreadable"]), at
        whole[at] ^= 1
    whole[whole.index(b"stream") + 10] ^= 1
    slip.write_bytes(whole)
    assert states(pdf_signatures.read(slip)) == ["altered"]


def _hole(whole: bytearray) -> tuple[int, int]:
    with PdfFileReader(BytesIO(bytes(whole))).stream as stream:
        ranges = PdfFileReader(stream).embedded_signatures[0].byte_range
    return int(ranges[1]), int(ranges[2])


def test_other_words_in_a_later_revision_are_altered(slip: Path) -> None:
    said = pdf_signatures.read(edited(signed(slip), b"99.9"))
    assert [(each.value, each.confidence) for each in said if each.field == "digital_signature"] == [("altered", 1.0)]
    assert values(said, "digital_signer") == ["Ирина Петрова"]


def test_words_put_over_the_page_as_a_note_are_altered(slip: Path) -> None:
    signed(slip)
    writer: Any = IncrementalPdfFileWriter(BytesIO(slip.read_bytes()))
    first = writer.root["/Pages"]["/Kids"][0]
    look = generic.StreamObject(
        {
            generic.pdf_name("/Type"): generic.pdf_name("/XObject"),
            generic.pdf_name("/Subtype"): generic.pdf_name("/Form"),
            generic.pdf_name("/BBox"): generic.ArrayObject([generic.NumberObject(side) for side in (0, 0, 90, 20)]),
        },
        stream_data=b"0 g 0 0 90 20 re f",
    )
    note = generic.DictionaryObject(
        {
            generic.pdf_name("/Type"): generic.pdf_name("/Annot"),
            generic.pdf_name("/Subtype"): generic.pdf_name("/Stamp"),
            generic.pdf_name("/Rect"): generic.ArrayObject([generic.NumberObject(at) for at in (50, 690, 140, 710)]),
            generic.pdf_name("/F"): generic.NumberObject(4),
            generic.pdf_name("/AP"): generic.DictionaryObject({generic.pdf_name("/N"): writer.add_object(look)}),
        }
    )
    first[generic.pdf_name("/Annots")] = generic.ArrayObject([writer.add_object(note)])
    writer.update_container(first)
    said = pdf_signatures.read(_saved(slip, writer))
    assert [(each.value, each.confidence) for each in said if each.field == "digital_signature"] == [("altered", 1.0)]


def test_what_nobody_sees_added_later_is_altered_only_with_doubt(slip: Path) -> None:
    signed(slip)
    writer: Any = IncrementalPdfFileWriter(BytesIO(slip.read_bytes()))
    writer.root[generic.pdf_name("/Odd")] = generic.NumberObject(1)
    writer.update_root()
    said = pdf_signatures.read(_saved(slip, writer))
    assert states(said) == ["altered"]
    assert all(each.confidence < 1 for each in said if each.field == "digital_signature")


def test_a_file_written_anew_is_altered(slip: Path) -> None:
    signed(slip)
    with pikepdf.open(slip, allow_overwriting_input=True) as opened:
        opened.save(slip)
    assert states(pdf_signatures.read(slip)) == ["altered"]


def test_a_file_cut_short_is_never_intact(slip: Path) -> None:
    whole = signed(slip).read_bytes()
    for share in (0.3, 0.6, 0.9, 0.99):
        slip.write_bytes(whole[: int(len(whole) * share)])
        assert "intact" not in states(pdf_signatures.read(slip)), share


def test_a_second_signature_leaves_the_first_intact(slip: Path) -> None:
    signed(slip, "One", field="One")
    said = pdf_signatures.read(signed(slip, "Two", field="Two", box=(50, 50, 150, 100)))
    assert states(said) == ["intact", "intact"]
    assert values(said, "digital_signer") == ["One", "Two"]


def test_words_changed_between_two_signatures_spoil_only_the_first(slip: Path) -> None:
    signed(slip, "One", field="One")
    edited(slip, b"99.9")
    assert states(pdf_signatures.read(signed(slip, "Two", field="Two"))) == ["altered", "intact"]


def test_certificates_kept_with_the_file_later_leave_it_intact(slip: Path) -> None:
    signed(slip)
    held = BytesIO(slip.read_bytes())
    DocumentSecurityStore.add_dss(held, sig_contents=None, certs=[], force_write=True)
    slip.write_bytes(held.getvalue())
    assert states(pdf_signatures.read(slip)) == ["intact"]


def test_white_space_at_the_end_leaves_it_intact(slip: Path) -> None:
    slip.write_bytes(signed(slip).read_bytes() + b"\r\n\x00\x00")
    assert states(pdf_signatures.read(slip)) == ["intact"]


@pytest.mark.parametrize(
    ("allowed", "state"), [(None, "intact"), (MDPPerm.FILL_FORMS, "intact"), (MDPPerm.NO_CHANGES, "altered")]
)
def test_a_form_may_be_filled_in_after_signing_where_the_signature_allows_it(
    slip: Path, allowed: MDPPerm | None, state: str
) -> None:
    with pikepdf.open(slip, allow_overwriting_input=True) as opened:
        value = opened.make_indirect(
            Dictionary(
                Type=Name.Annot, Subtype=Name.Widget, FT=Name.Tx, T=String("name"), F=4,
                Rect=Array([100, 500, 300, 520]), DA=String("/Helv 12 Tf 0 g"),
            )
        )  # fmt: skip
        opened.pages[0].Annots = Array([value])
        opened.Root.AcroForm = Dictionary(Fields=Array([value]), DA=String("/Helv 12 Tf 0 g"))
        opened.save(slip)
    signed(slip, certify=allowed is not None, docmdp_permissions=allowed or MDPPerm.FILL_FORMS)
    writer: Any = IncrementalPdfFileWriter(BytesIO(slip.read_bytes()))
    field = writer.root["/AcroForm"]["/Fields"][0]
    field[generic.pdf_name("/V")] = generic.pdf_string("Ivan")
    writer.update_container(field)
    assert states(pdf_signatures.read(_saved(slip, writer))) == [state]


def test_a_signature_without_a_readable_container_is_unreadable(slip: Path) -> None:
    whole = bytearray(signed(slip).read_bytes())
    begin, _ = _hole(whole)
    whole[begin + 1 : begin + 201] = b"0" * 200
    slip.write_bytes(whole)
    assert states(pdf_signatures.read(slip)) == ["unreadable"]


def test_a_place_to_sign_that_is_empty_is_no_signature(slip: Path) -> None:
    writer: Any = IncrementalPdfFileWriter(BytesIO(slip.read_bytes()))
    fields.append_signature_field(writer, fields.SigFieldSpec("Empty", box=(50, 50, 150, 100)))
    assert pdf_signatures.read(_saved(slip, writer)) == []


def test_a_signed_file_inside_another_is_not_the_others_signature(slip: Path, tmp_path: Path) -> None:
    inner = signed(slip).read_bytes()
    outer = written(tmp_path / "outer.pdf", text(50, 700, "A letter"))
    with pikepdf.open(outer, allow_overwriting_input=True) as opened:
        opened.attachments["slip.pdf"] = inner
        opened.save(outer, compress_streams=False)
    assert b"/ByteRange" in outer.read_bytes()
    assert pdf_signatures.read(outer) == []


@pytest.mark.real_data
def test_no_real_signed_document_is_altered_until_a_byte_of_it_is(real_data: Path, tmp_path: Path) -> None:
    real = sorted((real_data / "evidence" / "pdf_signed").glob("*.pdf"))
    assert real
    for path in real:
        said = pdf_signatures.read(path)
        assert states(said) == ["intact"], path.name
        assert values(said, "digital_signer"), path.name
        assert values(said, "digitally_signed_at"), path.name
        whole = bytearray(path.read_bytes())
        whole[whole.index(b"stream") + 12] ^= 1
        flipped = tmp_path / path.name
        flipped.write_bytes(whole)
        assert states(pdf_signatures.read(flipped)) == ["altered"], path.name
