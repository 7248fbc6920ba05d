"""`ombud causes`: shown, as JSON, and as files that spreadsheets and programs read."""

from __future__ import annotations

import csv
import json
import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from xml.etree import ElementTree

import pytest

from ombud.documents import sheets
from ombud.documents.sheets import Column
from ombud.domain.problems import OmbudError
from ombud.store.models import CaseEvent, Line, Posting
from tests.cli.run import Run, runner
from tests.store.rows import KNOWN_AT, a_case, a_store, an_order

pytestmark = pytest.mark.django_db

AT = datetime(2026, 6, 1, tzinfo=UTC)
NOW = ("--at", "2026-06-01T00:00:00Z")
DAY = timedelta(days=1)
TITLE = {"x": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}


@pytest.fixture
def ombud(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    return runner(monkeypatch, capsys)


@pytest.fixture
def world() -> None:
    """A lost case each in roubles and in yen, about SKUs that would be formulas."""
    store = a_store()
    for currency, sku in (("RUB", "=1+1"), ("JPY", "+7 495"), ("RUB", "ширма 红")):
        order = an_order(store, paid_at=AT - 9 * DAY, currency=currency)
        Line.objects.create(order=order, line=1, sku=sku, quantity=1, price_minor=1, kind="physical", known_at=KNOWN_AT)
        case = a_case(order, AT - 5 * DAY, state="lost", closed_at=AT - DAY)
        Posting.objects.create(
            store=store, case=case, cause=CaseEvent.objects.get(case=case, seq=1), line="fees", debit="settlement",
            credit="platform", currency=currency, amount_minor=1234567, clause="c", at=AT - DAY,
        )  # fmt: skip


@pytest.mark.parametrize("width", [80, 140])
def test_causes_show_their_rate_and_what_they_cost(ombud: Run, world: None, width: int) -> None:
    out = ombud("causes", *NOW, width=width).out
    assert max(len(line) for line in out.splitlines()) <= width
    row = next(line for line in out.splitlines() if "=1+1" in line)
    assert row.split()[1:5] == ["1", "1", "1", "100.00"]
    assert "12\u202f345.67 RUB" in out
    assert "1\u202f234\u202f567 JPY" in out
    assert "3 more: --limit" not in ombud("causes", *NOW, "--limit", "3").out
    assert "… and 2 more: --limit 3" in ombud("causes", *NOW, "--limit", "1").out


def test_causes_as_json_and_nothing_at_all(ombud: Run, world: None) -> None:
    said = json.loads(ombud("causes", "s1", "--by", "violation", *NOW, "--json").out)
    assert said["causes"] == [
        {
            "name": "not_shipped", "cases": 3, "lost": 3, "orders": 3, "rate": "1.000000",
            "charged_minor": {"JPY": 1234567, "RUB": 2469134},
        }
    ]  # fmt: skip
    assert "No case is like that." in ombud("causes", "--at", "2025-01-01").out


def test_a_csv_is_utf8_with_exact_amounts_and_nothing_that_a_spreadsheet_would_run(
    ombud: Run, world: None, tmp_path: Path
) -> None:
    out = tmp_path / "causes.csv"
    said = ombud("causes", *NOW, "--export", str(out))
    assert (said.code, "3 causes are in" in said.out) == (0, True)
    rows = list(csv.DictReader(out.read_text("utf-8").splitlines()))
    assert {row["sku"]: (row["charged_RUB"], row["charged_JPY"]) for row in rows} == {
        "'=1+1": ("12345.67", "0"),
        "'+7 495": ("0.00", "1234567"),
        "ширма 红": ("12345.67", "0"),
    }
    assert rows[0]["rate"] == "1.000000"
    assert list(tmp_path.iterdir()) == [out]


def test_a_workbook_has_numbers_with_their_formats_a_header_that_stays_and_no_formula(
    ombud: Run, world: None, tmp_path: Path
) -> None:
    out = tmp_path / "causes.xlsx"
    assert ombud("causes", *NOW, "--export", str(out)).code == 0
    with zipfile.ZipFile(out) as book:
        sheet = ElementTree.fromstring(book.read("xl/worksheets/sheet1.xml"))
        styles = ElementTree.fromstring(book.read("xl/styles.xml"))
    assert sheet.find(".//x:f", TITLE) is None
    pane = sheet.find(".//x:pane", TITLE)
    assert pane is not None
    assert (pane.get("ySplit"), pane.get("state")) == ("1", "frozen")
    codes = {one.get("formatCode") for one in styles.findall(".//x:numFmt", TITLE)}
    assert {"#,##0", "#,##0.00", "0.00%", "@"} <= codes
    texts = ["".join(one.itertext()) for one in sheet.findall(".//x:c[@t='inlineStr']", TITLE)]
    assert "=1+1" in texts
    numbers = [one.text for one in sheet.findall(".//x:c/x:v", TITLE)]
    assert "12345.67" in numbers
    assert "1234567" in numbers


def test_money_has_the_decimals_of_its_currency() -> None:
    formats = {currency: Column("a", "a", "amount", currency).number_format for currency in ("RUB", "JPY", "KWD")}
    assert formats == {"RUB": "#,##0.00", "JPY": "#,##0", "KWD": "#,##0.000"}
    assert [str(sheets.amount(-5, currency)) for currency in ("RUB", "JPY", "KWD")] == ["-0.05", "-5", "-0.005"]


@pytest.mark.parametrize(
    ("file", "words"),
    [
        ("causes.pdf", "'.pdf' is no ending"),
        ("causes", "'' is no ending"),
        ("nowhere/causes.csv", "There is no such folder."),
        ("folder.csv", "It cannot be written."),
    ],
)
def test_a_file_that_cannot_be_written_is_refused_before_anything_is_read(
    ombud: Run, tmp_path: Path, file: str, words: str
) -> None:
    (tmp_path / "folder.csv").mkdir()
    said = ombud("causes", *NOW, "--export", str(tmp_path / file))
    assert said.code == 2
    assert words in said.err


def test_a_table_that_a_sheet_cannot_hold_leaves_the_old_file(tmp_path: Path) -> None:
    out = tmp_path / "t.xlsx"
    out.write_text("old")
    too_many = [["x"]] * 1_048_576
    with pytest.raises(OmbudError, match="1048576"):
        sheets.write(out, "t", [Column("a", "a")], too_many, AT)
    assert [(one.name, one.read_text()) for one in tmp_path.iterdir()] == [("t.xlsx", "old")]


def test_an_unknown_cause_and_an_unknown_store_are_refused(ombud: Run) -> None:
    said = ombud("causes", "--by", "colour")
    assert (said.code, "sku, carrier" in said.err) == (2, True)
    assert ombud("causes", "nobody").code == 2
