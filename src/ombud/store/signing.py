"""The key that signs checkpoints: Ed25519, in a PEM file that nobody but its owner may read."""

from __future__ import annotations

import base64
import binascii
import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from django.conf import settings
from django.db import connection

from ombud.domain.problems import N_, OmbudError, Problem
from ombud.store import proofs

WITHOUT_KEY = frozenset({"no_signing_key", "bad_signing_key", "signing_key_lost", "signing_key_changed"})
"""Codes of problems that keep the store from being sealed, and from nothing else."""

_END = b"-----END PUBLIC KEY-----"


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A private key, with its public one as base64 of its 32 bytes."""

    private: Ed25519PrivateKey
    public: str

    def sign(self, body: str) -> str:
        """The signature over `body` in UTF-8, as base64."""
        return base64.b64encode(self.private.sign(body.encode())).decode()


def key_file() -> Path | None:
    """Where the key lies: as the setting says, else beside the file of the store. None: a server has no such place."""
    if settings.SIGNING_KEY:
        return Path(settings.SIGNING_KEY)
    name = str(connection.settings_dict["NAME"])
    if connection.vendor != "sqlite" or "memory" in name.partition("?")[0].rpartition("/")[2]:
        return None
    return Path(name).with_suffix(".signing.pem")


def signing_key(*, may_change: bool = False) -> SigningKey:
    """The key of this store; made beside a SQLite store that was never sealed.

    may_change: another key than that of the last checkpoint will do. Raises OmbudError where there is none, where the
    file holds none, and where it is another one than that of the last checkpoint.
    """
    path = key_file()
    if path is None:
        raise _no_key(N_("Nothing says where the key that signs checkpoints lies."), {})
    last = proofs.last_checkpoint()
    if not path.exists():
        if settings.SIGNING_KEY:
            raise _no_key(N_("The key {file} that OMBUD_SIGNING_KEY names is not there."), {"file": str(path)})
        if last is not None and not may_change:
            raise OmbudError(
                Problem(
                    "signing_key_lost",
                    N_("The key {file} that signed the checkpoints of this store is not there."),
                    {"file": str(path)},
                    mend=N_("Bring it back; if it is lost for good, begin a new one with `ombud seal --new-key`."),
                )
            )
        make_key(path)
    key = _read(path)
    if last is not None and last.public_key != key.public and not may_change:
        raise OmbudError(
            Problem(
                "signing_key_changed",
                N_("The key {file} is not the one that signed the last checkpoint of this store."),
                {"file": str(path)},
                mend=N_("Bring the old one back; if another one is meant to sign, say so with `ombud seal --new-key`."),
            )
        )
    return key


def _no_key(text: str, values: dict[str, object]) -> OmbudError:
    mend = N_("Make one with `openssl genpkey -algorithm ed25519 -out FILE` and name it in OMBUD_SIGNING_KEY.")
    return OmbudError(Problem("no_signing_key", text, values, mend=mend))


def make_key(path: Path) -> None:
    """A new key, whole or not at all; of two that make one at the same time, the first holds."""
    pem = Ed25519PrivateKey.generate().private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    try:
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(pem)
            file.flush()
            os.fsync(file.fileno())
        try:
            path.hardlink_to(draft)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    except OSError as error:
        raise _bad(path, str(error)) from error


def _read(path: Path) -> SigningKey:
    try:
        private = serialization.load_pem_private_key(path.read_bytes(), password=None)
    except (OSError, ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise _bad(path, str(error)) from error
    if not isinstance(private, Ed25519PrivateKey):
        raise _bad(path, type(private).__name__)
    return SigningKey(private, public_of(private.public_key()))


def _bad(path: Path, reason: str) -> OmbudError:
    return OmbudError(
        Problem(
            "bad_signing_key",
            N_("{file} is no key that can sign: {reason}."),
            {"file": str(path), "reason": reason.strip().splitlines()[0].rstrip(".") if reason.strip() else "?"},
            mend=N_("It must be an Ed25519 private key in PEM without a password, readable for this user."),
        )
    )


def public_of(public: Ed25519PublicKey) -> str:
    """A public key as base64 of its 32 bytes."""
    raw = public.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
    return base64.b64encode(raw).decode()


def pem(public: str) -> str:
    """A public key (base64) as PEM, to be handed to auditors."""
    key = Ed25519PublicKey.from_public_bytes(base64.b64decode(public))
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    return key.public_bytes(serialization.Encoding.PEM, form).decode()


def public_keys(files: Iterable[Path]) -> frozenset[str]:
    """The public keys (base64) that these PEM files hold. Raises OmbudError where one holds none."""
    found: set[str] = set()
    for path in files:
        try:
            parts = [part for part in path.read_bytes().split(_END) if part.strip()]
            keys = [serialization.load_pem_public_key(part.strip() + b"\n" + _END + b"\n") for part in parts]
        except (OSError, ValueError, UnsupportedAlgorithm):
            keys = []
        own = {public_of(key) for key in keys if isinstance(key, Ed25519PublicKey)}
        if not own or len(own) != len(keys):
            raise OmbudError(
                Problem(
                    "no_public_key",
                    N_("{file} holds no Ed25519 public key in PEM."),
                    {"file": str(path)},
                    mend=N_("`ombud seal --show-key` prints the one of a store."),
                )
            )
        found |= own
    return frozenset(found)


def verifies(public: str, signature: str, body: str) -> bool:
    """Whether the key (base64) signed `body`; False also where one of them is none."""
    try:
        key = Ed25519PublicKey.from_public_bytes(base64.b64decode(public, validate=True))
        key.verify(base64.b64decode(signature, validate=True), body.encode("utf-8", "surrogatepass"))
    except (InvalidSignature, ValueError, binascii.Error):
        return False
    return True
