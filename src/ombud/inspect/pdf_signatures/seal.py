"""One signature: the bytes that it covers, and whether they are the ones that were signed."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from asn1crypto import cms  # type: ignore[import-untyped]
from pyhanko.sign.general import extract_certificate_info
from pyhanko.sign.validation.generic_cms import extract_self_reported_ts, validate_sig_integrity

State = Literal["intact", "altered", "unreadable"]

_HEX = re.compile(rb"\s*<[0-9A-Fa-f\s]*>\s*")


@dataclass
class Seal:
    """What a signature says. signed_at: ISO 8601, with an offset where it has one. stamp: a timestamp of a document,
    which nobody signs."""

    state: State
    signer: str = ""
    signed_at: str = ""
    stamp: bool = False


@dataclass
class Covered:
    """The bytes of a file that a signature covers: `first` from its beginning, `last` after the signature itself."""

    whole: memoryview
    ranges: Sequence[int]
    _digests: dict[str, bytes] = field(default_factory=dict)

    @property
    def end(self) -> int:
        """The first byte after what is covered."""
        return self.ranges[2] + self.ranges[3]

    def possible(self) -> bool:
        """Whether the file has these bytes, and between the two ranges nothing but a string in hexadecimal."""
        start, length, again, rest = self.ranges
        if start != 0 or min(length, again, rest) < 0 or again < length or self.end > len(self.whole):
            return False
        return _HEX.fullmatch(self.whole[length:again]) is not None

    def to_the_end(self) -> bool:
        """Whether nothing but white space follows what is covered."""
        return not bytes(self.whole[self.end : self.end + 4096]).strip(b"\x00\t\n\f\r ") and (
            len(self.whole) - self.end <= 4096
        )

    def digest(self, algorithm: str) -> bytes:
        """Raises ValueError for an algorithm that is not at hand."""
        if algorithm not in self._digests:
            hashed = hashlib.new(algorithm)
            hashed.update(self.whole[: self.ranges[1]])
            hashed.update(self.whole[self.ranges[2] : self.end])
            self._digests[algorithm] = hashed.digest()
        return self._digests[algorithm]


def examine(contents: bytes, covered: Covered) -> Seal:
    """What the signature in `contents` (CMS, in DER or BER) says of the bytes that it covers."""
    try:
        data = cms.ContentInfo.load(contents)["content"]
        (signer_info,) = data["signer_infos"]
        seal = Seal("unreadable", stamp=data["encap_content_info"]["content_type"].native == "tst_info")
    except Exception:  # noqa: BLE001  asn1crypto raises nearly anything on broken bytes
        return Seal("unreadable")
    try:
        instant = extract_self_reported_ts(signer_info)
        seal.signed_at = instant.isoformat() if instant else ""
        certificate = extract_certificate_info(data).signer_cert
        seal.signer = _name(certificate)
    except Exception:  # noqa: BLE001  as above; what was signed can be compared without the certificate
        certificate = None
    if not covered.possible():
        seal.state = "altered"
        return seal
    try:
        seal.state = _state(data, signer_info, certificate, covered)
    except Exception:  # noqa: BLE001  an algorithm that is not at hand (GOST), or attributes out of shape
        seal.state = "unreadable"
    return seal


def _state(data: Any, signer_info: Any, certificate: Any, covered: Covered) -> State:
    algorithm = signer_info["digest_algorithm"]["algorithm"].native
    held = data["encap_content_info"]
    kind = held["content_type"].native
    if held["content"].native is None:
        actual = covered.digest(algorithm)
    else:
        inner = held["content"].contents if kind != "tst_info" else held["content"].parsed.dump()
        if kind == "tst_info":
            imprint = held["content"].parsed["message_imprint"]
            named, expected = imprint["hash_algorithm"]["algorithm"].native, imprint["hashed_message"].native
        else:  # adbe.pkcs7.sha1 of PDF 1.3: what is signed is the digest of the file
            named, expected = "sha1", inner
        if covered.digest(named) != expected:
            return "altered"
        actual = hashlib.new(algorithm, inner).digest()
    for attribute in signer_info["signed_attrs"] or ():
        if attribute["type"].native == "message_digest" and attribute["values"][0].native != actual:
            return "altered"
    if certificate is None:
        return "unreadable"
    intact, valid = validate_sig_integrity(signer_info, certificate, kind, actual)
    return "intact" if intact and valid else "altered"


def _name(certificate: Any) -> str:
    named = certificate.subject.native
    for part in ("common_name", "organization_name", "email_address"):
        value = named.get(part)
        if value:
            return str(value[0] if isinstance(value, list) else value)
    return str(certificate.subject.human_friendly)
