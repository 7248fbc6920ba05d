"""What is done to a finished file: locked, broken, signed, changed after it was signed, saved by an editor."""

from __future__ import annotations

from datetime import datetime, timedelta
from io import BytesIO
from typing import Any
from zipfile import ZipFile

import pikepdf
from PIL import Image
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import PdfSignatureMetadata, PdfSigner
from pyhanko.sign.fields import SigFieldSpec

from tests.inspect.pdfs import signer
from tests.papers.captures import saved


def locked(pdf: bytes) -> bytes:
    """It opens with a password alone."""
    file = BytesIO()
    with pikepdf.open(BytesIO(pdf)) as opened:
        opened.save(file, encryption=pikepdf.Encryption(user="s3cret", owner="s3cret", R=6))
    return file.getvalue()


def broken(content: bytes) -> bytes:
    """The beginning of a file, as a connection that fell leaves it."""
    return content[: min(700, len(content) // 3)]


def with_zip(pdf: bytes) -> bytes:
    """A PDF that is a ZIP archive as well."""
    file = BytesIO()
    with ZipFile(file, "w") as archive:
        archive.writestr("a.txt", "hidden " * 40)
    return pdf + file.getvalue()


def signed(pdf: bytes) -> bytes:
    """With a digital signature that is not seen on the page. Keys are made anew in each process."""
    meta = PdfSignatureMetadata(field_name="One")
    signing = PdfSigner(meta, signer("Ирина Петрова"), new_field_spec=SigFieldSpec("One"))
    return bytes(signing.sign_pdf(IncrementalPdfFileWriter(BytesIO(pdf))).getvalue())


def changed(pdf: bytes) -> bytes:
    """A white bar over a part of the first page, in one more revision."""
    writer: Any = IncrementalPdfFileWriter(BytesIO(pdf))
    content = writer.root["/Pages"]["/Kids"][0].raw_get("/Contents").get_object()
    content._data = content.data + b"\nq 1 1 1 rg 60 600 300 24 re f Q"
    content._encoded_data = None
    writer.update_container(content)
    file = BytesIO()
    writer.write(file)
    return file.getvalue()


def turned_over(pdf: bytes) -> bytes:
    """One bit in the middle of what was signed is another: a name in it, mostly."""
    at = pdf.index(b"/Producer") if b"/Producer" in pdf else pdf.index(b"endobj") - 2
    return pdf[: at + 12] + bytes([pdf[at + 12] ^ 0x01]) + pdf[at + 13 :]


def by_editor(pdf: bytes, at: datetime) -> bytes:
    """Saved by an editor of pictures two days after it was made."""
    with pikepdf.open(BytesIO(pdf)) as opened:
        opened.docinfo["/Producer"] = pikepdf.String("Adobe Photoshop 25.4")
        opened.docinfo["/CreationDate"] = pikepdf.String(f"D:{at:%Y%m%d%H%M%S}Z")
        opened.docinfo["/ModDate"] = pikepdf.String(f"D:{at + timedelta(days=2):%Y%m%d%H%M%S}Z")
        return saved(opened)


def commented(jpeg: bytes) -> bytes:
    """The same pixels in other bytes: a comment is put before all else."""
    words = b"copy of a copy"
    return jpeg[:2] + b"\xff\xfe" + (len(words) + 2).to_bytes(2, "big") + words + jpeg[2:]


def smaller(jpeg: bytes) -> bytes:
    """The same photo, made smaller and compressed again."""
    with Image.open(BytesIO(jpeg)) as image:
        file, size = BytesIO(), (image.width * 4 // 5, image.height * 4 // 5)
        image.resize(size, Image.Resampling.LANCZOS).save(file, "JPEG", quality=70)
    return file.getvalue()
