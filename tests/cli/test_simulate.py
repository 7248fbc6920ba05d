"""`ombud simulate` and `ombud estimate` from the command line: sources, files, languages, and what they refuse."""

from __future__ import annotations

import csv
import json
from datetime import timedelta
from pathlib import Path

import pytest
from rich.cells import cell_len

from ombud.actions.imports import import_facts
from ombud.domain.instants import format_instant, parse_instant
from ombud.generate import generate
from ombud.rulebooks import open_book
from ombud.scan.folder import read_facts
from ombud.simulate import report
from ombud.work.loop import tick
from tests.cli.run import Run, runner

SHORT = ("cite: O9, value: 72h", "cite: O9, value: 24h")


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    return runner(monkeypatch, capsys)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A generated marketplace."""
    folder = tmp_path_factory.mktemp("simulated") / "facts"
    generate(folder, orders=2_000, seed=11)
    return folder


@pytest.fixture(scope="module")
def shorter(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Ozon book with a response window of 24 hours."""
    file = tmp_path_factory.mktemp("books") / "shorter.yaml"
    text = open_book("ozon").text
    assert text.count(SHORT[0]) == 1
    file.write_text(text.replace(*SHORT), encoding="utf-8")
    return file


def simulate(run: Run, world: Path | str, new: Path | str, *more: str, width: int = 80) -> tuple[int, str, str]:
    said = run("simulate", str(world), "--rulebook", str(new), "--against", "ozon", *more, width=width)
    return said.code, said.out, said.err


def test_both_books_stand_side_by_side_with_their_difference(run: Run, world: Path, shorter: Path) -> None:
    code, out, err = simulate(run, world, shorter)
    assert (code, err) == (0, "")
    assert "shorter.yaml against ozon.yaml" in out
    for words in ("lost by the clock", "charged in all", "Success rate, all stores together", "Search exposure falls"):
        assert words in out
    assert "0 cases are new, 0 are cases no longer" in out


@pytest.mark.parametrize("language", ["en", "ru", "zh"])
@pytest.mark.parametrize("command", ["simulate", "estimate"])
def test_it_fits_eighty_columns_in_every_language(
    run: Run, world: Path, shorter: Path, language: str, command: str
) -> None:
    more = ["--against", str(shorter)] if command == "simulate" else []
    said = run("--lang", language, command, str(world), "--rulebook", "ozon", *more, width=80)
    assert said.code == 0
    assert len(said.out.splitlines()) > 30
    assert not [line for line in said.out.splitlines() if cell_len(line.rstrip()) > 80 and str(shorter) not in line]


def test_json_and_files_say_the_same_and_equal_runs_are_equal_bytes(
    run: Run, world: Path, shorter: Path, tmp_path: Path
) -> None:
    code, first, _ = simulate(run, world, shorter, "--json", "--out", str(tmp_path / "one"))
    assert code == 0
    _, second, _ = simulate(run, world, shorter, "--json", "--out", str(tmp_path / "two"))
    assert first == second == (tmp_path / "one" / report.SUMMARY).read_text("utf-8")
    assert {f.name: f.read_bytes() for f in (tmp_path / "one").iterdir()} == {
        f.name: f.read_bytes() for f in (tmp_path / "two").iterdir()
    }
    said = json.loads(first)
    with (tmp_path / "one" / report.CASES).open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert tuple(rows[0]) == report.COLUMNS
    assert len(rows) == said["old"]["cases"]["opened"]
    charged = sum(int(row["new_charged_minor"]) for row in rows)
    assert charged == sum(sum(by.values()) for by in said["new"]["money"]["charged_minor"].values())
    _, other, _ = simulate(run, world, shorter, "--json", "--seed", "2")
    assert json.loads(other)["seed"] == 2


def test_the_store_gives_what_the_folder_gives(run: Run, store: object, world: Path, shorter: Path) -> None:
    books = {name: open_book(name) for name in ("ozon", "shopify")}
    with read_facts(world) as facts:
        import_facts(facts, books=books, actor="test", at=parse_instant("2026-09-01"))
    until = ("--until", "2026-08-01")
    assert simulate(run, "store", shorter, "--json", *until)[1] == simulate(run, world, shorter, "--json", *until)[1]


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (("--assume", "none.yaml"), "no file of assumptions"),
        (("--since", "2026-08-01", "--until", "2026-07-01"), "later than --until"),
        (("--against", "shopify"), "two platforms"),
        (("--against", "amazon"), "no rulebook"),
        (("--seed", "-1"), "less than 0"),
        (("--out", "."), "not an empty folder"),
        (("--out", "no/such/place"), "no folder"),
        (("--rules-at", "2020-01-01"), "in force at 2020-01-01"),
    ],
)
def test_what_cannot_be_done_is_refused(run: Run, world: Path, shorter: Path, more: tuple[str, ...], said: str) -> None:
    code, out, err = simulate(run, world, shorter, *more, width=300)
    assert (code, out) == (2, "")
    assert said in err


def test_a_bad_file_of_assumptions_is_refused_with_its_line(run: Run, world: Path, tmp_path: Path) -> None:
    file = tmp_path / "bad.yaml"
    file.write_text("name: bad\ntitle: {en: a, ru: b, zh: c}\nplatforms:\n  ozon: {answered: 3}\n", encoding="utf-8")
    code, _, err = simulate(run, world, "ozon", "--assume", str(file), width=300)
    assert code == 2
    assert f"{file}:4" in err


def test_the_store_takes_no_mapping(run: Run, shorter: Path) -> None:
    code, _, err = simulate(run, "store", shorter, "--mapping", "m.sql", width=300)
    assert code == 2
    assert "not with the store" in err


def test_an_empty_source_says_so_in_figures(run: Run, world: Path, shorter: Path, tmp_path: Path) -> None:
    from tests.scan.facts_folder import good_rows, write_csv

    folder = write_csv(tmp_path / "empty", {name: [] for name in good_rows()})
    code, out, _ = simulate(run, folder, shorter)
    assert code == 0
    assert "0 orders" in out


def test_an_estimate_of_a_folder_names_its_rulebook_or_is_refused(run: Run, world: Path) -> None:
    said = run("estimate", str(world), width=300)
    assert said.code == 2
    assert "--rulebook" in said.err


def test_an_estimate_of_one_store_of_a_folder(run: Run, world: Path) -> None:
    said = run("estimate", str(world), "--rulebook", "ozon", "--store", "nobody", width=300)
    assert said.code == 2
    assert "no store 'nobody'" in said.err
    stores = json.loads(run("estimate", str(world), "--rulebook", "ozon", "--json").out)["stores"]
    assert stores > 1


def test_an_estimate_of_a_store_goes_by_its_own_cases(run: Run, store: object, world: Path) -> None:
    books = {name: open_book(name) for name in ("ozon", "shopify")}
    with read_facts(world) as facts:
        import_facts(facts, books=books, actor="test", at=parse_instant("2026-03-01"))
    at = parse_instant("2026-08-01")
    from ombud.store.models import Case, Store

    store_id = Store.objects.filter(platform="ozon").order_by("store_id").values_list("store_id", flat=True)[0]
    words = ("estimate", store_id, "--at", format_instant(at), "--language", "certified", "--json")
    before = json.loads(run(*words).out)
    assert before["cases"] is None  # the loop has not run: not guessed
    assert "cases" in [need["name"] for need in before["missing"]]
    while tick(at, books=books).opened:
        pass
    told = json.loads(run(*words).out)
    assert (
        told["cases"]
        == Case.objects.filter(
            store_id=store_id, opened_at__gt=at - timedelta(days=30), opened_at__lte=at, route=""
        ).count()
    )
    assert told["cases"] > 0
    assert told["charged_minor"]["low"]["RUB"] <= told["charged_minor"]["expected"]["RUB"]
    assert told["decided"] == {"part": 0, "base": 0, "rate": None}
    said = run("estimate", store_id, "--at", format_instant(at), width=80)
    assert said.code == 0
    assert "mend first" in said.out


def test_a_store_that_is_not_there_is_told_with_those_that_are_near(run: Run, store: object) -> None:
    said = run("estimate", "S000001", width=300)
    assert said.code == 2
    assert "There is no store 'S000001'" in said.err
