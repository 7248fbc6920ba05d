"""`ombud rulebook`: for people and for programs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from ombud.cli import app, main
from ombud.rulebooks import open_book

THIRD = str(Path(__file__).parents[1] / "rulebooks" / "third.yaml")


def run(*words: str, lang: str = "en") -> Result:
    return CliRunner(env={"COLUMNS": "160"}).invoke(app, ["--lang", lang, "rulebook", *words])


def test_show_gives_every_clause_in_force_with_its_date_and_rows() -> None:
    shown = run("show", "ozon", "--at", "2026-03-12")
    assert shown.exit_code == 0
    for words in ("windows", "response", "72h", "2026-03-12", "O9", "no_first_scan", "ERR_012", "accepted_carriers"):
        assert words in shown.stdout
    assert f"{len(open_book('ozon').clauses)} clauses in force" in shown.stdout


@pytest.mark.parametrize(("lang", "title"), [("en", "No track"), ("ru", "Нет данных отслеживания"), ("zh", "轨迹缺失")])
def test_show_speaks_the_readers_language(lang: str, title: str) -> None:
    assert title in run("show", "ozon", "reasons.ERR_012", "--at", "2026-03-12", lang=lang).stdout


def test_show_takes_one_section_or_one_clause() -> None:
    shown = json.loads(run("show", "ozon", "windows", "--at", "2026-03-12", "--json").stdout)
    assert {each["clause"].split(".")[0] for each in shown["clauses"]} == {"windows"}
    (one,) = json.loads(run("show", "ozon", "windows.response", "--at", "2026-03-12", "--json").stdout)["clauses"]
    assert (one["value"], one["cite"], one["from"], one["until"]) == ("72h", ["O9"], "2026-03-12T00:00:00Z", None)


def test_show_as_json_has_the_whole_book_and_what_its_rows_say() -> None:
    shown = json.loads(run("show", "shopify", "--at", "2026-03-12", "--json").stdout)
    assert len(shown["clauses"]) == len(open_book("shopify").clauses)
    assert shown["digest"] == open_book("shopify").digest
    rate = next(each for each in shown["clauses"] if each["clause"] == "health.dispute_rate")
    assert rate["value"]["limit"] == 0.01
    assert set(rate["cite"]) <= set(shown["rows"])


def test_show_takes_the_version_of_the_instant() -> None:
    before, after = (
        json.loads(run("show", THIRD, "triggers.slow_to_ship", "--at", at, "--json").stdout)["clauses"][0]
        for at in ("2025-05-31T23:59:59Z", "2025-06-01")
    )
    assert (before["value"]["wait"], before["until"]) == ("36h", "2025-06-01T00:00:00Z")
    assert after["value"]["wait"] == "24h"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["show", "ozon", "--at", "2026-03-11"], "Nothing of it is in force at 2026-03-11T00:00:00Z"),
        (["show", "ozon", "window", "--at", "2026-03-12"], "no clause window"),
        (["show", "ozon", "--at", "yesterday"], "'yesterday' is no instant"),
        (["show", "amazon"], "There is no rulebook 'amazon'"),
    ],
)
def test_what_cannot_be_shown_is_refused(
    words: list[str], said: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["ombud", "--lang", "en", "rulebook", *words])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2
    assert said in " ".join(capsys.readouterr().err.split())


@pytest.mark.parametrize("book", ["ozon", "shopify", THIRD])
def test_check_says_that_a_sound_book_holds_together(book: str) -> None:
    checked = run("check", book)
    assert (checked.exit_code, "holds together" in checked.stdout) == (0, True)


def test_check_says_every_fault_with_file_and_line(tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    text = (
        open_book("ozon").text.replace("wait: 48h", "wait: 48 hours", 1).replace("cite: O9, value", "cite: P9, value")
    )
    file.write_text(text, "utf-8")
    checked = run("check", str(file))
    assert (checked.exit_code, "2 faults" in checked.stderr) == (2, True)
    for words in ("48 hours", "P9"):
        line = next(number for number, each in enumerate(text.splitlines(), start=1) if words in each)
        assert f"mine.yaml:{line}" in checked.stderr


def test_check_as_json_lists_the_problems(tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text(open_book("ozon").text.replace("wait: 48h", "wait: 48 hours", 1), "utf-8")
    checked = run("check", str(file), "--json")
    said = json.loads(checked.stdout)
    assert (checked.exit_code, said["ok"]) == (2, False)
    (problem,) = said["problems"]
    place = (problem["file"], problem["column"])
    assert (problem["code"], place) == ("no_span", (str(file), "triggers.no_first_scan.wait"))
    assert problem["line"] == file.read_text("utf-8").splitlines().index("      wait: 48 hours") + 1


@pytest.mark.parametrize(
    ("content", "said"), [(b"\xff\xfe\x00", "not UTF-8"), (b"a: [", "no YAML"), (b"", "no rulebook")]
)
def test_check_refuses_what_is_no_book(content: bytes, said: str, tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_bytes(content)
    checked = run("check", str(file))
    assert (checked.exit_code, said in checked.stderr) == (2, True)


def test_a_book_with_a_byte_order_mark_is_read(tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text(open_book("ozon").text, "utf-8-sig")
    assert run("check", str(file)).exit_code == 0


def test_diff_shows_each_change_with_the_date_from_which_it_bites(tmp_path: Path) -> None:
    file = tmp_path / "new.yaml"
    later = "value: 72h}, {from: 2026-09-01, cite: O9, value: 60h}"
    file.write_text(open_book("ozon").text.replace("value: 72h}", later).replace("[cdek, boxberry", "[cdek"), "utf-8")
    shown = run("diff", "ozon", str(file))
    assert shown.exit_code == 0
    for words in ("2026-09-01", "windows.response", "60h", "lists.accepted_carriers", "2 changes"):
        assert words in shown.stdout
    changes = json.loads(run("diff", "ozon", str(file), "--json").stdout)["changes"]
    assert [(each["clause"], each["kind"], each["from"]) for each in changes] == [
        ("lists.accepted_carriers", "changed", "2026-03-12T00:00:00Z"),
        ("windows.response", "changed", "2026-09-01T00:00:00Z"),
    ]


def test_diff_of_a_book_with_itself_says_so() -> None:
    assert "say the same" in run("diff", "ozon", "ozon").stdout
    assert json.loads(run("diff", "ozon", "ozon", "--json").stdout)["changes"] == []


def test_schema_is_one_json_document() -> None:
    assert json.loads(run("schema").stdout)["title"] == "A rulebook of Ombud"
