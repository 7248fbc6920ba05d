"""Everything that a person is told is there in Russian and in Chinese; none of it is English by oversight (G6)."""

from __future__ import annotations

import ast
import gettext
import re
import string
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import polib  # type: ignore[import-untyped]
import pytest

import ombud
from ombud import cli
from ombud.domain.countdown import countdown
from ombud.domain.problems import Place, Problem
from tests.cli.run import Run, runner
from tests.store.rows import a_case, a_parcel, a_store, an_order

pytestmark = pytest.mark.django_db

PACKAGE = Path(ombud.__file__).parent
LOCALE = PACKAGE / "locale"
LANGUAGES = {"ru": "ru", "zh": "zh_Hans"}
LETTERS = {"ru": re.compile("[\u0400-\u04ff]"), "zh": re.compile("[\u4e00-\u9fff]")}
AT = datetime(2026, 4, 20, 12, tzinfo=UTC)
NOW = ("--at", "2026-04-20T12:00:00Z")
WIDTH = 80

Language = pytest.mark.parametrize("language", LANGUAGES)

CODES = {
    "RUB",
    "SKU",
    "GB",
    "MB",
    "kB",
    "USD",
    "UTC",
    "New",
    "Unresolved",
    "Ozon",
    "ODR",
    "Shopify",
    "ozon",
    "shopify",
    "ru",
    "ombud",
    "ERP",
    "Webhook",
    "WMS",
}
"""Names, codes and words of a platform that stand in every language."""


@pytest.fixture(name="ombud")
def _ombud(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    return runner(monkeypatch, capsys)


def po(language: str) -> polib.POFile:
    return polib.pofile(str(LOCALE / LANGUAGES[language] / "LC_MESSAGES" / "django.po"))


@pytest.fixture(name="said", scope="module")
def _said(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """Every text that the code says, gathered as `make texts` does."""
    pot = tmp_path_factory.mktemp("texts") / "django.pot"
    gather = (sys.executable, "-m", "babel.messages.frontend", "-q", "extract", "-F", str(LOCALE / "gather.cfg"))
    subprocess.run([*gather, "--omit-header", "-k", "_", "-k", "N_", "-o", str(pot), str(PACKAGE)], check=True)
    return {entry.msgid for entry in polib.pofile(str(pot))}


def fields(text: str) -> list[tuple[str, str, str]]:
    return sorted(
        (name, kind or "", form or "") for _, name, form, kind in string.Formatter().parse(text) if name is not None
    )


@Language
def test_every_text_of_the_code_is_translated_and_no_other_one_is_kept(said: set[str], language: str) -> None:
    kept = {entry.msgid: entry for entry in po(language)}
    assert len(said) > 400
    assert set(kept) == said, "run `make texts` and translate what is new"
    assert not [text for text, entry in kept.items() if not entry.msgstr or entry.fuzzy or entry.obsolete]


def test_no_text_stands_where_it_is_not_gathered(said: set[str]) -> None:
    """The braces of an f-string, for one, are not looked into."""
    every = {
        node.args[0].value
        for file in sorted(PACKAGE.rglob("*.py"))
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("_", "N_")
        if node.args and isinstance(node.args[0], ast.Constant) and isinstance(node.args[0].value, str)
    }
    assert every - said == set()


@Language
def test_a_translation_has_the_fields_of_its_text(language: str) -> None:
    assert not [entry.msgid for entry in po(language) if fields(entry.msgid) != fields(entry.msgstr)]


@Language
def test_a_translation_is_written_in_its_language(language: str) -> None:
    """What has words beside its fields has words of the language."""
    for entry in po(language):
        words = "".join(text for text, *_ in string.Formatter().parse(entry.msgid)).strip(" :;,.")
        assert LETTERS[language].search(entry.msgstr) or not words or words in CODES, entry.msgid


def test_chinese_sentences_end_with_chinese_stops() -> None:
    for entry in po("zh"):
        assert not re.search(r"[\u4e00-\u9fff][,.:;?!]", entry.msgstr), entry.msgstr
        assert entry.msgstr.endswith("。") or not entry.msgid.endswith("."), entry.msgstr


@Language
def test_a_sentence_ends_and_begins_as_the_english_one(language: str) -> None:
    """Sentences are put together with spaces, places and titles: none brings or drops its own."""
    for entry in po(language):
        assert entry.msgid[:1].isspace() == entry.msgstr[:1].isspace(), entry.msgid
        assert not entry.msgstr[-1:].isspace(), entry.msgid


@Language
def test_what_is_compiled_is_what_is_written(language: str) -> None:
    compiled = gettext.translation("django", str(LOCALE), [LANGUAGES[language]])
    assert {entry.msgid: compiled.gettext(entry.msgid) for entry in po(language)} == {
        entry.msgid: entry.msgstr for entry in po(language)
    }
    mo = polib.mofile(str(LOCALE / LANGUAGES[language] / "LC_MESSAGES" / "django.mo"))
    assert {entry.msgid for entry in mo} == {entry.msgid for entry in po(language)}


def test_the_template_holds_the_texts_of_the_code(said: set[str]) -> None:
    assert {entry.msgid for entry in polib.pofile(str(LOCALE / "django.pot"))} == said


def english(text: str) -> set[str]:
    """The words of `text` that look English: not ids, codes and what was typed."""
    plain = re.sub(r"`[^`]*`|\S*[\d_@/.=]\S*|--\S+|[A-Z]{3}\b", " ", text)
    return set(re.findall(r"[A-Za-z]{2,}", plain)) - CODES


@Language
def test_the_queue_and_its_filters_say_no_english_word(ombud: Run, language: str) -> None:
    store = a_store("S000001")
    a_case(an_order(store, "20000001-0001-1"), AT)
    for words in (("cases", *NOW), ("cases", *NOW, "--state", "lost"), ("cases", *NOW, "--limit", "1")):
        out = ombud("--lang", language, *words, width=WIDTH).out
        assert LETTERS[language].search(out)
        assert english(out) == set(), out


@Language
def test_a_case_says_no_english_word(ombud: Run, language: str) -> None:
    order = an_order(a_store("S000001"), "20000001-0001-1")
    a_parcel(order, AT)
    case = a_case(order, AT)
    out = ombud("--lang", language, "case", str(case.case_id), *NOW, width=WIDTH).out
    assert LETTERS[language].search(out)
    assert english(out) - {"not", "shipped", "cdek", "test"} == set(), out


@Language
def test_health_says_no_english_word(ombud: Run, language: str) -> None:
    a_case(an_order(a_store("S000001"), "20000001-0001-1"), AT)
    for words in (("health", *NOW), ("health", "S000001", *NOW)):
        out = ombud("--lang", language, *words, width=WIDTH).out
        assert LETTERS[language].search(out)
        assert english(out) - {"standard", "Moscow"} == set(), out


@Language
@pytest.mark.parametrize(
    "words",
    [
        ("case",),
        ("cases", "--limit", "0"),
        ("cases", "--limit", "x"),
        ("cases", "--no-such"),
        ("cases", "extra"),
        ("cases", "--state"),
        ("nowhere",),
        ("sca",),
        (),
        ("scan", "x", "--rulebook", "ozon", "--engine", "x"),
    ],
)
def test_a_wrong_command_is_refused_in_the_reader_s_language(ombud: Run, language: str, words: tuple[str, ...]) -> None:
    said = ombud("--lang", language, *words)
    assert said.code == 2
    assert said.out == ""
    assert LETTERS[language].search(said.err)
    assert english(said.err) - {"ID", "extra", "nowhere", "sca", "scan", "duckdb", "spark"} == set()


def test_the_words_of_a_command_are_refused_with_the_mend(ombud: Run) -> None:
    assert (
        ombud("cases", "--limit", "0").err
        == "✗ --limit: '0' is less than 1. `ombud cases --help` tells how it is used.\n"
    )
    assert ombud("case").err == "✗ ID is missing. `ombud case --help` tells how it is used.\n"
    assert ombud("sca").err == "✗ There is no command sca. The nearest names are: scan.\n"


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("ru", "orders.csv:2, amount_minor: '-5' — отрицательное число. Ожидалось целое неотрицательное число"),
        ("zh", "orders.csv:2, amount_minor: '-5' 是负数。应为以最小货币单位"),
    ],
)
def test_a_fault_of_a_file_is_told_with_its_place_and_the_mend(
    ombud: Run, tmp_path: Path, language: str, said: str
) -> None:
    made = ombud("generate", str(tmp_path / "facts"), "--orders", "20", "--format", "csv")
    assert made.code == 0
    orders = tmp_path / "facts" / "orders.csv"
    first, second, *rest = orders.read_text("utf-8").splitlines()
    values = second.split(",")
    values[first.split(",").index("amount_minor")] = "-5"
    orders.write_text("\n".join([first, ",".join(values), *rest]) + "\n", "utf-8")
    told = ombud("--lang", language, "facts", "check", str(tmp_path / "facts"))
    assert told.code == 2
    assert said in told.err


@pytest.mark.parametrize(
    ("language", "said"), [("ru", "a.parquet запись 7, paid_at: "), ("zh", "a.parquet 第 7 条, paid_at: ")]
)
def test_the_place_in_a_file_without_lines_is_told_too(language: str, said: str) -> None:
    translate = gettext.translation("django", str(LOCALE), [LANGUAGES[language]]).gettext
    problem = Problem("x", "{value!r} is no instant.", {"value": "now"}, Place("a.parquet", row=7, column="paid_at"))
    assert problem.say(translate).startswith(said)


@pytest.mark.parametrize(
    ("language", "said"),
    [("en", ("2 d 03 h", "this week")), ("ru", ("2 д 03 ч", "на этой неделе")), ("zh", ("2 天 03 小时", "一周内"))],
)
def test_the_countdown_speaks(language: str, said: tuple[str, str]) -> None:
    translate = gettext.translation("django", str(LOCALE), [LANGUAGES.get(language, "en")], fallback=True).gettext
    left = countdown(datetime(2026, 4, 22, 15, tzinfo=UTC), AT)
    assert (left.say(translate), left.word(translate)) == said


def test_an_unknown_language_is_english(ombud: Run) -> None:
    assert ombud("--lang", "fr", "nowhere").err.startswith("✗ There is no command nowhere.")


def test_every_command_has_a_line_in_the_help(ombud: Run) -> None:
    out = ombud("--help").out
    assert all(re.search(rf"^│ {name} ", out, re.MULTILINE) for name in cli.COMMANDS)
