"""Whatever bytes a file holds: it is read, or it is refused with an OmbudError; and DuckDB and `csv` read the same."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import example, given, settings
from hypothesis import strategies as st

from ombud.domain.problems import OmbudError
from ombud.scan.folder import read_facts
from tests.scan.facts_folder import as_csv, good_rows, write_csv

GOOD = as_csv(good_rows()["messages"], "messages").encode()
HEADER = GOOD.split(b"\n")[0]

cells = st.text(st.sampled_from("ab\",;\n\r\t '\\é不\0"), max_size=6)


def _read(name: str, data: bytes) -> list[tuple[object, ...]] | OmbudError:
    with TemporaryDirectory() as folder:
        path = write_csv(Path(folder) / "facts", {t: good_rows()[t] for t in ("stores", "orders")})
        (path / name).write_bytes(data)
        try:
            with read_facts(path) as facts:
                return facts.connection.execute("SELECT message_id, text FROM messages ORDER BY ALL").fetchall()
        except OmbudError as error:
            return error


@settings(max_examples=30, deadline=None)
@given(st.binary(max_size=300))
@example(b"")
@example(b"\xef\xbb\xbf")
@example(b'"')
@example(b"\x00" * 100)
def test_any_bytes_as_csv_are_read_or_refused(data: bytes) -> None:
    _read("messages.csv", data)


@settings(max_examples=50, deadline=None)
@given(st.lists(st.binary(max_size=40), max_size=6), st.sampled_from([b"\n", b"\r\n", b"\r", b""]))
def test_any_bytes_below_a_good_header_are_read_or_refused(lines: list[bytes], end: bytes) -> None:
    _read("messages.csv", HEADER + b"\n" + end.join(lines))


@settings(max_examples=50, deadline=None)
@given(st.integers(0, len(GOOD) - 1), st.binary(max_size=8), st.integers(0, 8))
def test_a_good_file_with_some_bytes_changed_is_read_or_refused(at: int, put: bytes, cut: int) -> None:
    _read("messages.csv", GOOD[:at] + put + GOOD[at + cut :])


@settings(max_examples=40, deadline=None)
@given(st.binary(max_size=300), st.booleans())
def test_any_bytes_as_parquet_are_refused(data: bytes, dressed: bool) -> None:
    assert isinstance(_read("messages.parquet", b"PAR1" + data + b"PAR1" if dressed else data), OmbudError)


@settings(max_examples=80, deadline=None)
@given(st.lists(cells, min_size=1, max_size=5), st.sampled_from(["\n", "\r\n"]), st.booleans())
def test_text_that_was_written_as_csv_is_read_as_it_was(texts: list[str], end: str, everything: bool) -> None:
    texts = [text for text in texts if text and "\0" not in text]
    file = io.StringIO()
    writer = csv.writer(
        file, lineterminator=end, quoting=csv.QUOTE_ALL if everything or "\r" in "".join(texts) else csv.QUOTE_MINIMAL
    )
    writer.writerow(HEADER.decode().split(","))
    for number, text in enumerate(texts):
        writer.writerow([f"M{number}", "O1", "platform", "buyer", "2026-03-12T08:00:00Z", text])
    found = _read("messages.csv", file.getvalue().encode())
    assert found == [(f"M{number}", text) for number, text in enumerate(texts)]
