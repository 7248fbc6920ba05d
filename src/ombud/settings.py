"""Django's settings. Everything an installation may change is an environment variable, listed in docs/settings.md."""

from __future__ import annotations

import os
from importlib.util import find_spec
from pathlib import Path

import dj_database_url

from ombud.domain.instants import parse_span
from ombud.domain.problems import N_, OmbudError, Problem

PACKAGE = Path(__file__).parent

SECRET_KEY = os.environ.get("OMBUD_SECRET_KEY", "only-for-the-command-line-and-the-demo")
DEBUG = False
INSTALLED_APPS = ["ombud.store.apps.StoreConfig"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

DATABASE_URL = (
    os.environ.get("DATABASE_URL") or f"sqlite:///{Path(os.environ.get('OMBUD_STORE', 'ombud.sqlite3')).resolve()}"
)
_LOCK = os.environ.get("OMBUD_LOCK_SECONDS", "30")
if not _LOCK.isdecimal() or not _LOCK.isascii():
    raise OmbudError(
        Problem(
            "bad_setting",
            N_("OMBUD_LOCK_SECONDS is {value!r}."),
            {"value": _LOCK},
            mend=N_("Give a whole number of seconds."),
        )
    )
LOCK_SECONDS = int(_LOCK)
try:
    DATABASES = {"default": dj_database_url.parse(DATABASE_URL)}
except ValueError:
    raise OmbudError(
        Problem(
            "bad_setting",
            N_("DATABASE_URL is no address of a database."),  # it may hold a password: it is not shown
            mend=N_("Write postgresql://user:password@host/database or sqlite:////absolute/path.sqlite3."),
        )
    ) from None
if DATABASES["default"]["ENGINE"] not in {"django.db.backends.sqlite3", "django.db.backends.postgresql"}:
    raise OmbudError(
        Problem(
            "bad_setting",
            N_("DATABASE_URL names {engine}, which Ombud does not run on."),
            {"engine": DATABASES["default"]["ENGINE"].rpartition(".")[2]},
            mend=N_("Use PostgreSQL or SQLite."),
        )
    )
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATABASES["default"] |= {
        "ENGINE": "ombud.store.sqlite",
        "OPTIONS": {
            # A writer that will write asks for the lock at once, so that two of them wait instead of failing half-way.
            "transaction_mode": "IMMEDIATE",
            "timeout": LOCK_SECONDS,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA wal_autocheckpoint=16384; "
            # KiB, negative by SQLite's custom: its own 2 MB make every large merge read its indexes again and again.
            "PRAGMA cache_size=-65536; PRAGMA temp.cache_size=-65536;",
        },
    }
elif DATABASES["default"]["ENGINE"] == "django.db.backends.postgresql":
    options = DATABASES["default"].setdefault("OPTIONS", {})
    options["options"] = f"-c lock_timeout={LOCK_SECONDS}s -c jit=off {options.get('options', '')}".strip()

EVIDENCE = os.environ.get("OMBUD_EVIDENCE") or ""
if EVIDENCE.startswith("s3://"):
    if find_spec("storages") is None or find_spec("boto3") is None:
        raise OmbudError(
            Problem(
                "bad_setting",
                N_("OMBUD_EVIDENCE is {value!r}, and what speaks to buckets is not installed."),
                {"value": EVIDENCE},
                mend=N_("Install it: pip install 'ombud[s3]'."),
            )
        )
    _BUCKET, _, _FOLDER = EVIDENCE.removeprefix("s3://").partition("/")
    if not _BUCKET:
        raise OmbudError(
            Problem(
                "bad_setting",
                N_("OMBUD_EVIDENCE is {value!r}, which names no bucket."),
                {"value": EVIDENCE},
                mend=N_("Write s3://bucket/folder, or the path of a folder."),
            )
        )
    STORAGES = {
        "evidence": {
            "BACKEND": "storages.backends.s3.S3Storage",
            # Login, region and address come from the variables that every S3 client knows (AWS_ACCESS_KEY_ID ...).
            "OPTIONS": {"bucket_name": _BUCKET, "location": _FOLDER.strip("/"), "default_acl": None},
        }
    }
else:
    _BESIDE = DATABASES["default"]["NAME"] if DATABASES["default"]["ENGINE"] == "ombud.store.sqlite" else "ombud"
    STORAGES = {
        "evidence": {
            "BACKEND": "ombud.store.evidence_files.EvidenceFolder",
            "OPTIONS": {"location": str(Path(EVIDENCE or Path(_BESIDE).with_suffix(".evidence")).resolve())},
        }
    }

SIGNING_KEY = os.environ.get("OMBUD_SIGNING_KEY") or ""
_SEAL_EVERY = os.environ.get("OMBUD_SEAL_EVERY") or "1h"
try:
    SEAL_EVERY = parse_span(_SEAL_EVERY)
except OmbudError:
    raise OmbudError(
        Problem(
            "bad_setting",
            N_("OMBUD_SEAL_EVERY is {value!r}."),
            {"value": _SEAL_EVERY},
            mend=N_("Write a whole number and s, m, h or d: 1h."),
        )
    ) from None

REVIEWERS = tuple(name.strip() for name in os.environ.get("OMBUD_REVIEWERS", "").split(",") if name.strip())
"""Who may rule on cases; empty: everybody who can run the command."""

USE_TZ = True
TIME_ZONE = "UTC"
USE_I18N = True
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("ru", "Русский"), ("zh-hans", "简体中文")]
LOCALE_PATHS = [PACKAGE / "locale"]
