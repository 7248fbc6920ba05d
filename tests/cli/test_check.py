"""`ombud check`: every fault of an upload with its place and mend, file by file, without anything being kept."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from ombud.cli.check_files import hand_over, visible
from ombud.domain.cases import State
from ombud.domain.checked import rules_at
from ombud.domain.evidence import Outcome
from ombud.domain.gate import Rules
from ombud.domain.instants import format_instant, parse_instant
from ombud.rulebooks import open_book
from ombud.store.models import DraftPiece, FileSaid, StoredFile
from tests.actions.ending import end, unshipped
from tests.actions.evidence import content, read_before
from tests.actions.taking import DAY, START
from tests.cli.run import Run, runner
from tests.inspect.pdfs import typeset

AT = START + 4 * DAY
WAYBILL, RECORD = "o1_shipment_ru.pdf", "o1_outbound_ru.pdf"
ORDER: dict[str, Any] = {
    "order": {"order_id": "o1", "currency": "RUB", "amount_minor": 100, "ship_by": "2026-04-10T00:00:00Z"},
    "store": {"timezone": "Europe/Moscow"},
    "violation": "not_shipped",
    "lines": [{"sku": "SKU-1"}],
    "parcels": [{"carrier": "cdek", "tracking_number": "1234567890", "registered_at": "2026-04-02T09:00:00Z"}],
    "recipient": {"name": "Иванов Иван Иванович"},
    "messages": [],
    "at": "2026-04-05T00:00:00Z",
}
GOOD = """
= Транспортная накладная СДЭК
Номер отправления: 1234567890

Отправитель: ООО Ромашка, Шэньчжэнь

Получатель: Иванов Иван Иванович

Вес: 1,2 кг  #h(2em) Объём: 0,02 м³

Дата и время составления: 02.04.2026 12:00

Подпись курьера: Петров П. П.
"""


@pytest.fixture
def ombud(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    return runner(monkeypatch, capsys)


@pytest.fixture
def order(tmp_path: Path) -> tuple[str, ...]:
    """The words that check against an order of no store."""
    return ("check", "--rulebook", "ozon", "--order", a_json(tmp_path, ORDER))


def a_json(folder: Path, data: object) -> str:
    path = folder / "order.json"
    path.write_text(data if isinstance(data, str) else json.dumps(data), "utf-8")
    return str(path)


def waybill(folder: Path, markup: str = GOOD, name: str = WAYBILL) -> str:
    return str(typeset(folder / name, markup))


def checks(remarks: list[dict[str, Any]], level: str) -> set[str]:
    return {one["check"] for one in remarks if one["level"] == level}


def test_an_upload_is_checked_without_a_store(
    ombud: Run, order: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = ombud(*order, waybill(tmp_path), "--json")
    found = json.loads(said.out)
    [file] = found["files"]
    assert (file["name"], file["kind"], file["language"], file["format"]) == (WAYBILL, "waybill", "ru", "pdf")
    assert {"number_not_on_order", "parties_missing", "weight_missing"} <= checks(file["remarks"], "fine")
    assert not checks(file["remarks"], "refuse")
    assert found["missing"] == ["outbound_record"]
    assert (found["case_id"], found["order_id"], found["rulebook"]["name"]) == (None, "o1", "ozon")
    assert (found["upload"]["files"], found["upload"]["most_files"], found["upload"]["most_bytes"]) == (1, 5, 10**7)
    assert said.code == {"fine": 0, "doubt": 1}[found["verdict"]]


def test_everything_about_a_file_stands_on_the_page_with_its_place_and_mend(
    ombud: Run, order: tuple[str, ...], tmp_path: Path
) -> None:
    other = GOOD.replace("1234567890", "9876543210")
    said = ombud(*order, waybill(tmp_path, other), width=80)
    assert said.code == 1
    assert "ERR_018  The number on the document is not on the order" in said.out
    assert "9876543210 was read; the order has 1234567890." in " ".join(said.out.split())
    assert "page 1, at the top" in " ".join(said.out.split())
    assert "Hand in the document of the number that stands on the order." in said.out
    assert "Missing: Outbound record from the ERP or WMS." in said.out
    assert "1 of 5 files" in said.out
    assert all(len(line.rstrip()) <= 80 for line in said.out.splitlines())


def test_a_refusal_ends_with_2_and_still_shows_the_page(ombud: Run, order: tuple[str, ...], tmp_path: Path) -> None:
    (tmp_path / WAYBILL).write_bytes(b"%PDF-1.7\nnothing more")
    said = ombud(*order, str(tmp_path / WAYBILL), waybill(tmp_path, name=RECORD))
    assert (said.code, said.err) == (2, "")
    assert "ERR_008" in said.out
    assert "it cannot be opened" in said.out
    assert said.out.rstrip().splitlines()[-1].startswith("It would not count as it is. refusals: 1")


def test_all_that_was_read_is_shown_where_it_is_asked_for(ombud: Run, order: tuple[str, ...], tmp_path: Path) -> None:
    path = waybill(tmp_path)
    assert "line = Получатель: Иванов Иван Иванович · text_layer · page 1" in ombud(*order, path, "--facts").out
    facts = json.loads(ombud(*order, path, "--facts", "--json").out)["files"][0]["facts"]
    assert {"pages", "line", "language"} <= {one["field"] for one in facts}
    assert "facts" not in json.loads(ombud(*order, path, "--json").out)["files"][0]


@pytest.mark.parametrize("language", ["ru", "zh"])
def test_the_page_is_told_in_the_readers_language(
    ombud: Run, order: tuple[str, ...], tmp_path: Path, language: str
) -> None:
    (tmp_path / WAYBILL).write_bytes(b"")
    said = ombud("--lang", language, *order, str(tmp_path / WAYBILL))
    assert open_book("ozon").clauses["reasons.ERR_008"][-1].value.title.speak(language) in said.out


def in_a_row(folder: Path) -> list[str]:
    """One of every kind of thing that is no file to be read, and one good file."""
    (folder / "folder.pdf").mkdir()
    os.mkfifo(folder / "pipe.pdf")
    (folder / "empty.pdf").write_bytes(b"")
    (folder / "a\u202efdp.exe").write_bytes(content("a.pdf"))
    names = ["folder.pdf", "pipe.pdf", "empty.pdf", "none.pdf", "x" * 300 + ".pdf", "a\u202efdp.exe", "a\0b.pdf"]
    return [*(str(folder / name) for name in names), "/dev/null"]


def test_what_is_no_file_is_said_of_that_one_and_the_rest_is_judged(
    ombud: Run, order: tuple[str, ...], tmp_path: Path
) -> None:
    bad = in_a_row(tmp_path)
    said = ombud(*order, *bad, waybill(tmp_path), "--json")
    found = json.loads(said.out)
    assert said.code == 2
    *others, good = found["files"]
    assert not checks(good["remarks"], "refuse")
    assert "number_not_on_order" in checks(good["remarks"], "fine")
    told = {
        one["name"]: {remark["told"] for remark in one["remarks"] if remark["check"] == "unreadable"} for one in others
    }
    assert told["folder.pdf"] == {"it is a folder"}
    assert told["pipe.pdf"] == {"it is a pipe"}
    assert told["empty.pdf"] == {"it is empty"}
    assert told["none.pdf"] == {"No such file or directory"}
    assert told["x" * 300 + ".pdf"] == {"File name too long"}
    assert told["a\\u0000b.pdf"] == {"there can be no file of this name"}
    assert told["null"] == {"it is a device"}
    hidden = next(one for one in others if one["name"] == "a\\u202efdp.exe")
    assert "bad_file_name" in checks(hidden["remarks"], "refuse")
    assert "too_many_files" in checks(found["upload"]["remarks"], "refuse")
    assert "\u202e" not in ombud(*order, *bad).out


@pytest.fixture
def by() -> Rules:
    """The rules of a book that says how files are named."""
    return rules_at(open_book("ozon"), AT)


@pytest.mark.parametrize(
    ("names", "outcomes"),
    [
        (["a.pdf", "A.PDF"], [None, Outcome.UNSURE]),
        (["1/a.pdf", "2/a.pdf"], [None, Outcome.FAILED]),
        (["straße.pdf", "STRASSE.pdf"], [None, Outcome.UNSURE]),
        (["e\u0301.pdf", "\u00e9.pdf"], [None, Outcome.UNSURE]),
        (["a.pdf", "b.pdf"], [None, None]),
    ],
)
def test_names_that_are_one_in_some_folders_are_told(
    tmp_path: Path, by: Rules, names: list[str], outcomes: list[Outcome | None]
) -> None:
    for name in names:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(name.encode())
    handed = hand_over([str(tmp_path / name) for name in names], by)
    found = [next((one.outcome for one in each.piece.findings), None) for each in handed]
    assert found == outcomes


def test_a_name_says_what_cannot_be_seen_in_it() -> None:
    assert visible("a\u202eb\u200bc\x1b[2Jd\udcff") == "a\\u202eb\\u200bc\\u001b[2Jd\\udcff"
    assert visible("накладная 运单 🚚.pdf") == "накладная 运单 🚚.pdf"


def test_a_file_larger_than_an_upload_is_not_read_and_refused_by_its_size(
    ombud: Run, order: tuple[str, ...], tmp_path: Path
) -> None:
    with (tmp_path / WAYBILL).open("wb") as file:
        file.write(b"%PDF-1.7\n")
        file.truncate(3 * 10**9)
    found = json.loads(ombud(*order, str(tmp_path / WAYBILL), "--json").out)
    assert checks(found["upload"]["remarks"], "refuse") == {"too_large"}
    assert (found["files"][0]["sha256"], found["files"][0]["size"]) == (None, 3 * 10**9)


@pytest.mark.django_db
def test_against_a_case_nothing_is_kept_and_what_is_known_of_a_file_is_used(ombud: Run, tmp_path: Path) -> None:
    case = unshipped()
    (tmp_path / WAYBILL).write_bytes(content(WAYBILL))
    read_before(content(WAYBILL))
    said = ombud("check", f"#{case.case_id}", str(tmp_path / WAYBILL), "--json", "--at", format_instant(AT))
    found = json.loads(said.out)
    assert (said.code, found["case_id"], found["missing"]) == (0, case.case_id, ["outbound_record"])
    assert found["files"][0]["unseen"]  # nothing of it was read when it was, so nobody could look
    assert (DraftPiece.objects.count(), StoredFile.objects.count(), FileSaid.objects.count()) == (0, 1, 1)
    late = ombud("check", "o1", str(tmp_path / WAYBILL), "--json", "--at", format_instant(START + 300 * DAY))
    assert checks(json.loads(late.out)["upload"]["remarks"], "refuse") == {"window_shut"}


@pytest.mark.django_db
def test_a_case_that_has_ended_since_is_checked_as_it_stood_then(ombud: Run, tmp_path: Path) -> None:
    case = unshipped()
    end(case, State.LOST, AT + DAY)
    (tmp_path / WAYBILL).write_bytes(content(WAYBILL))
    for at, refused in ((AT, set()), (AT + DAY, {"window_shut"})):
        said = ombud("check", "o1", str(tmp_path / WAYBILL), "--json", "--at", format_instant(at))
        assert checks(json.loads(said.out)["upload"]["remarks"], "refuse") == refused


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("check", "999", "{file}"), "There is no case 999"),
        (("check", "o1", "{file}", "--store", "s2"), "The store s2 has no case o1."),
        (("check", "o1"), "ombud check CASE FILE..."),
        (("check", "o1", "{file}", "--kind", "selfie"), "There is no kind of evidence 'selfie'"),
        (("check", "--rulebook", "ozon", "{file}"), "--rulebook and --order go together"),
        (("check", "--order", "{file}", "{file}"), "--rulebook and --order go together"),
        (("check", "--rulebook", "none", "--order", "{file}", "{file}"), "There is no rulebook 'none'"),
        (("check", "--rulebook", "ozon", "--order", "{folder}/none.json", "{file}"), "none.json"),
        (("check", "--rulebook", "ozon", "--order", "{file}", "{file}"), "no JSON"),
    ],
)
def test_a_bad_word_is_refused_and_nothing_is_on_standard_output(
    ombud: Run, tmp_path: Path, words: tuple[str, ...], said: str
) -> None:
    unshipped()
    (tmp_path / WAYBILL).write_bytes(content(WAYBILL))
    places = {"file": str(tmp_path / WAYBILL), "folder": str(tmp_path)}
    answer = ombud(*(word.format(**places) for word in words))
    assert (answer.code, answer.out, said in answer.err) == (2, "", True), answer.err


def test_the_example_of_the_documentation_is_an_order(ombud: Run, tmp_path: Path) -> None:
    page = (Path(__file__).parents[2] / "docs" / "commands.md").read_text("utf-8")
    example = page.partition("```json\n")[2].partition("```")[0]
    order = json.loads(example)
    path = waybill(tmp_path, name=f"{order['order']['order_id']}_shipment_ru.pdf")
    said = ombud("check", "--rulebook", "ozon", "--order", a_json(tmp_path, example), path, "--json")
    assert json.loads(said.out)["order_id"] == order["order"]["order_id"]
    assert parse_instant(json.loads(said.out)["at"]) == parse_instant(order["at"])
