"""A PDF -> its signatures: intact, altered or unreadable; who signed, when, and where that is shown."""

from __future__ import annotations

import logging
import mmap
import re
from collections.abc import Iterator
from io import BytesIO
from itertools import islice
from pathlib import Path
from typing import Any

from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import DEFAULT_DIFF_POLICY, DiffResult, ModificationLevel
from pyhanko.sign.fields import enumerate_sig_fields
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature, extract_contents
from pyhanko.version import __version__

from ombud.domain.said import Said
from ombud.inspect.pdf.metadata import instant_of
from ombud.inspect.pdf_signatures.drawn import drawn_alike
from ombud.inspect.pdf_signatures.place import Place, place
from ombud.inspect.pdf_signatures.seal import Covered, Seal, State, examine

_TOOL = "pyhanko"
_SIGNED = re.compile(rb"/(?:ByteRange|adbe\.|ETSI\.)")
"""A signature stands in the file uncompressed, since its own bytes are left out of what it covers."""
_MOST = 20
"""Signatures of one file that are looked at."""
_LONGEST_NAME = 300
_UNEXPLAINED = 0.6
"""Confidence that a document was altered where what was added later cannot be explained but changes nothing to see."""
_RAW = re.compile(rb"/ByteRange\s*\[\s*(\d{1,12})\s+(\d{1,12})\s+(\d{1,12})\s+(\d{1,12})\s*\]")

# What pyHanko finds odd about a file it tells the log; here every file may be odd.
logging.getLogger("pyhanko").addHandler(logging.NullHandler())


def read(path: Path) -> list[Said]:
    """`digital_signature`, `digital_signer` and `digitally_signed_at` of each signature, in this order."""
    with path.open("rb") as file:
        if not path.stat().st_size:
            return []
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as mapped:
            if not _SIGNED.search(mapped):
                return []
            whole = bytes(mapped)
    try:
        reader = PdfFileReader(BytesIO(whole), strict=False)
        if reader.encrypted:
            reader.decrypt("")
        found = list(_signatures(reader, memoryview(whole))) or list(_unreached(whole))
    except Exception:  # noqa: BLE001  whatever a broken file makes pyHanko raise, its bytes can still be compared
        found = list(_without_structure(whole))
    return [said for each in found for said in each]


def _signatures(reader: Any, whole: memoryview) -> Iterator[list[Said]]:
    for number, (name, reference, sig_field) in enumerate(enumerate_sig_fields(reader, filled_status=True)):
        if number >= _MOST:
            return
        sig_field = sig_field.get_object()
        where = place(reader, sig_field)
        try:
            held = reference.get_object()
            covered = Covered(whole, _four(held["/ByteRange"]))
            seal = examine(extract_contents(held), covered)
        except Exception:  # noqa: BLE001  a dictionary out of shape
            yield _said(Seal("unreadable"), where)
            continue
        seal.signer = seal.signer or str(held.get("/Name", ""))
        seal.signed_at = seal.signed_at or instant_of(str(held.get("/M", "")))
        confidence = 1.0
        if seal.state != "altered" and covered.possible() and not covered.to_the_end():
            seal.state, confidence = _later(reader, sig_field, name, covered, seal)
        yield _said(seal, where, confidence)


def _later(reader: Any, sig_field: Any, name: str, covered: Covered, seal: Seal) -> tuple[State, float]:
    """What the signature is worth with what was added after it, and how sure that is."""
    try:
        signature = EmbeddedPdfSignature(reader, sig_field, name)
        signature.coverage = signature.evaluate_signature_coverage()  # type: ignore[assignment]
        change = signature.evaluate_modifications(DEFAULT_DIFF_POLICY)
        allowed = signature.docmdp_level
        level = change.modification_level if isinstance(change, DiffResult) else ModificationLevel.OTHER
    except Exception:  # noqa: BLE001  later revisions may be broken in any way
        return "unreadable", 1.0
    if level != ModificationLevel.OTHER and (allowed is None or level.value <= allowed.value):
        return seal.state, 1.0
    # Programs write harmless things of their own that no policy knows; what is drawn tells them from forgeries.
    alike = level == ModificationLevel.OTHER and drawn_alike(covered.whole[: covered.end], covered.whole)
    return "altered", _UNEXPLAINED if alike else 1.0


def _unreached(whole: bytes) -> Iterator[list[Said]]:
    """The altered ones of the signatures over a whole file that its form leads to no more. Those of a file that is
    attached to it cover no bytes of this one."""
    for covered in _ranges(whole):
        if covered.possible() and covered.to_the_end():
            seal = examine(_between(covered), covered)
            if seal.state == "altered":
                yield _said(seal, (None, None))


def _without_structure(whole: bytes) -> Iterator[list[Said]]:
    """The signatures of a file whose structure is broken, by their bytes alone."""
    for covered in _ranges(whole):
        if not covered.possible():
            yield _said(Seal("unreadable"), (None, None))
            continue
        seal = examine(_between(covered), covered)
        if seal.state == "intact" and not covered.to_the_end():
            seal.state = "unreadable"
        yield _said(seal, (None, None))


def _ranges(whole: bytes) -> Iterator[Covered]:
    for found in islice(_RAW.finditer(whole), _MOST):
        yield Covered(memoryview(whole), [int(number) for number in found.groups()])


def _between(covered: Covered) -> bytes:
    """The signature that stands between the two ranges; nothing where its digits are odd in number."""
    digits = bytes(covered.whole[covered.ranges[1] : covered.ranges[2]]).strip().strip(b"<>")
    try:
        return bytes.fromhex(digits.decode("ascii"))
    except ValueError:
        return b""


def _four(ranges: Any) -> list[int]:
    """The four numbers of a byte range. Raises ValueError where there are others."""
    numbers = [int(number) for number in ranges]
    if len(numbers) != 4:
        raise ValueError("a byte range has four numbers")
    return numbers


def _said(seal: Seal, where: Place, confidence: float = 1.0) -> list[Said]:
    if seal.stamp and seal.state != "altered":
        return []
    page, box = where

    def said(name: str, value: str, sure: float = 1.0) -> Said:
        return Said(name, value, "signature", page, box, confidence=sure, tool=_TOOL, version=__version__)

    says = [said("digital_signature", seal.state, confidence)]
    if seal.signer and not seal.stamp:
        says.append(said("digital_signer", " ".join(seal.signer.split())[:_LONGEST_NAME]))
    if seal.signed_at and not seal.stamp:
        says.append(said("digitally_signed_at", seal.signed_at))
    return says
