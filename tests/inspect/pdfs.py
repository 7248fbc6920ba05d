"""PDFs made for the tests: pages written operator by operator, typeset with the shipped fonts, signed and edited."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

import pikepdf
import typst
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from PIL import Image
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import fields, signers
from pyhanko.sign.signers.pdf_signer import PdfSignatureMetadata, PdfSigner

from ombud.documents.fonts import shipped_fonts
from ombud.domain.said import Said

A4 = (595, 842)
SIGNED_AT = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)


def page(*operators: str) -> str:
    """A content stream with a font of 12 points called F1."""
    return "\n".join(operators)


def text(x: float, y: float, words: str, *, size: float = 12, how: str = "") -> str:
    """Words at a place in points from the bottom left; `how` are operators before them (colour, mode of drawing)."""
    return f"q BT {how} /F1 {size} Tf 1 0 0 1 {x} {y} Tm ({words}) Tj ET Q"


def written(
    path: Path,
    *pages: str,
    size: tuple[float, float] = A4,
    pictures: Mapping[str, Image.Image] | None = None,
    info: Mapping[str, str] | None = None,
    attributes: Mapping[str, Any] | None = None,
    **saving: Any,
) -> Path:
    """A PDF of these pages, saved. pictures: by the names that the pages draw them by (`/P1 Do`), kept lossless."""
    with pikepdf.new() as pdf:
        font = pdf.make_indirect(
            pikepdf.Dictionary(
                Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica,
                Encoding=pikepdf.Name.WinAnsiEncoding,
            )
        )  # fmt: skip
        held = pikepdf.Dictionary({f"/{name}": _picture(pdf, each) for name, each in (pictures or {}).items()})
        for content in pages:
            added = pdf.add_blank_page(page_size=size)
            added.Contents = pdf.make_stream(content.encode("latin-1"))
            added.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F1=font), XObject=held)
            for key, value in (attributes or {}).items():
                added[f"/{key}"] = value
        for key, value in (info or {}).items():
            pdf.docinfo[key] = value
        pdf.save(path, **saving)
    return path


def _picture(pdf: pikepdf.Pdf, picture: Image.Image) -> pikepdf.Object:
    return pikepdf.Stream(
        pdf, picture.convert("RGB").tobytes(), Type=pikepdf.Name.XObject, Subtype=pikepdf.Name.Image,
        Width=picture.width, Height=picture.height, ColorSpace=pikepdf.Name.DeviceRGB, BitsPerComponent=8,
    )  # fmt: skip


def with_jpeg(path: Path, jpeg: bytes, width: int, height: int, content: str) -> Path:
    """A PDF of one page that draws `/P1`, a JPEG file put into it as it is."""
    with pikepdf.new() as pdf:
        added = pdf.add_blank_page(page_size=A4)
        held = pikepdf.Stream(
            pdf, jpeg, Type=pikepdf.Name.XObject, Subtype=pikepdf.Name.Image, Width=width, Height=height,
            ColorSpace=pikepdf.Name.DeviceRGB, BitsPerComponent=8, Filter=pikepdf.Name.DCTDecode,
        )  # fmt: skip
        added.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(P1=held))
        added.Contents = pdf.make_stream(content.encode("latin-1"))
        pdf.save(path)
    return path


def typeset(path: Path, markup: str) -> Path:
    """A PDF of Typst's markup in the shipped fonts, text in Latin, Cyrillic and Chinese."""
    fonts, families = shipped_fonts()
    head = f"#set text(font: ({', '.join(repr(name).replace(chr(39), chr(34)) for name in families)}))\n"
    path.write_bytes(typst.compile((head + markup).encode(), font_paths=fonts, ignore_system_fonts=True))
    return path


def lines(said: Sequence[Said]) -> list[str]:
    """The text of all lines."""
    return [str(each.value) for each in said if each.field == "line"]


def values(said: Sequence[Said], field: str) -> list[str | int]:
    """All that is said under one name."""
    return [each.value for each in said if each.field == field]


@cache
def signer(name: str) -> signers.SimpleSigner:
    """A key made for this run, with a certificate that nobody but itself vouches for."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(SIGNED_AT - timedelta(days=1))
        .not_valid_after(SIGNED_AT + timedelta(days=365))
        .sign(key, hashes.SHA256())
    )
    held = serialization.pkcs12.serialize_key_and_certificates(
        None, key, certificate, None, serialization.NoEncryption()
    )
    made: signers.SimpleSigner = signers.SimpleSigner.load_pkcs12_data(held, other_certs=[])
    return made


def signed(
    path: Path, by: str = "Ирина Петрова", *, field: str = "One", box: Sequence[int] | None = None, **how: Any
) -> Path:
    """The file signed in one more revision, in place."""
    writer = IncrementalPdfFileWriter(BytesIO(path.read_bytes()))
    where = fields.SigFieldSpec(field, box=tuple(box) if box else None)  # type: ignore[arg-type]
    signing = PdfSigner(PdfSignatureMetadata(field_name=field, **how), signer(by), new_field_spec=where)
    path.write_bytes(signing.sign_pdf(writer).getvalue())
    return path
