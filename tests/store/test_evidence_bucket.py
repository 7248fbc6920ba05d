"""The evidence store in a bucket: as in a folder, through the client that speaks S3, to a server of this test."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
from django.test import override_settings

from ombud.domain.problems import OmbudError
from ombud.store import evidence_files
from ombud.store.models import StoredFile

pytest.importorskip("storages", reason="needs the extra ombud[s3]")
pytest.importorskip("boto3", reason="needs the extra ombud[s3]")

AT = datetime(2026, 4, 1, tzinfo=UTC)
PDF = b"%PDF-1.7\nwaybill"
SHA = hashlib.sha256(PDF).hexdigest()
KEY = f"/evidence/cases/{SHA[:2]}/{SHA}"


class Bucket(BaseHTTPRequestHandler):
    """As much of S3 as the evidence store asks for."""

    protocol_version = "HTTP/1.1"
    objects: dict[str, bytes]
    puts: list[str]
    fails = False

    def do_PUT(self) -> None:
        content = self.rfile.read(int(self.headers["Content-Length"]))
        if self.fails:
            return self._answer(507)
        self.objects[self.path] = content
        self.puts.append(self.path)
        return self._answer(200)

    def do_GET(self) -> None:
        found = self.objects.get(self.path)
        self._answer(404 if found is None else 200, found or b"")

    def do_HEAD(self) -> None:
        self.do_GET()

    def do_DELETE(self) -> None:
        self.objects.pop(self.path, None)
        self._answer(204)

    def _answer(self, status: int, content: bytes = b"") -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.send_header("ETag", '"1"')
        self.send_header("Last-Modified", "Wed, 01 Apr 2026 00:00:00 GMT")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """A test is quiet."""


@pytest.fixture
def bucket() -> Iterator[type[Bucket]]:
    """A bucket of this test's own, and the evidence store in its folder `cases`."""
    handler = type("OwnBucket", (Bucket,), {"objects": {}, "puts": []})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    options: dict[str, object] = {
        "bucket_name": "evidence",
        "location": "cases",
        "default_acl": None,
        "endpoint_url": f"http://127.0.0.1:{server.server_port}",
        "region_name": "us-east-1",
        "access_key": "key",
        "secret_key": "secret",
        "client_config": _once(),
    }
    try:
        with override_settings(
            STORAGES={"evidence": {"BACKEND": "storages.backends.s3.S3Storage", "OPTIONS": options}}
        ):
            yield handler
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _once() -> object:
    """What fails is not tried again, and content is sent as it is."""
    from botocore.config import Config

    return Config(
        retries={"max_attempts": 0},
        s3={"addressing_style": "path"},
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
    )


@pytest.mark.django_db
def test_content_lies_under_its_hash_once_and_is_given_back(bucket: type[Bucket]) -> None:
    row = evidence_files.put(io.BytesIO(PDF), at=AT)
    evidence_files.put(io.BytesIO(PDF), at=AT.replace(day=2))
    assert (row.sha256, row.size, row.format, row.stored_at) == (SHA, len(PDF), "pdf", AT)
    assert bucket.objects == {KEY: PDF}
    assert bucket.puts == [KEY]
    with evidence_files.open_file(SHA) as content:
        assert content.read() == PDF
    assert evidence_files.place() == "s3://evidence/cases"


@pytest.mark.django_db
def test_what_was_let_go_comes_back_when_it_is_handed_in_again(bucket: type[Bucket]) -> None:
    evidence_files.put(io.BytesIO(PDF), at=AT)
    evidence_files.drop(SHA)
    assert bucket.objects == {}
    StoredFile.objects.update(dropped_at=AT, removed_at=AT)
    evidence_files.put(io.BytesIO(PDF), at=AT.replace(day=2))
    assert bucket.objects == {KEY: PDF}


@pytest.mark.django_db
def test_content_that_is_missing_and_a_bucket_that_fails_are_two_errors(bucket: type[Bucket]) -> None:
    evidence_files.put(io.BytesIO(PDF), at=AT)
    bucket.objects.clear()
    with pytest.raises(OmbudError) as missing:
        evidence_files.open_file(SHA)
    bucket.fails = True
    with pytest.raises(OmbudError) as failing:
        evidence_files.put(io.BytesIO(b"%PDF-other"), at=AT)
    codes = [error.value.problems[0].code for error in (missing, failing)]
    assert codes == ["content_missing", "evidence_store_fails"]
    assert "s3://evidence/cases" in str(failing.value)
    assert StoredFile.objects.count() == 1


@pytest.mark.django_db
def test_what_is_too_large_never_reaches_the_bucket(bucket: type[Bucket]) -> None:
    with pytest.raises(OmbudError):
        evidence_files.put(io.BytesIO(b"x" * 101), at=AT, most_bytes=100)
    assert bucket.puts == []
