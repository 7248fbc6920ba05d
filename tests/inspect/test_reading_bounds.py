"""No text makes the readers raise, run away, or say without end; what cannot be seen does not hide what can."""

from __future__ import annotations

import re
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ombud.domain.said import Said, read_said
from ombud.inspect import reading
from ombud.inspect.reading import document, numbers, times
from ombud.inspect.reading import lines as cleaned
from tests.inspect.lines import lines, read, values

_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z]+)?")
_TIME_FIELDS = {"time", "record_time", "delivery_time", "publishing_time", "signed_time"}
_WORDS = """
    Отправитель Получатель: Вес Трек-номер № Дата вручения: Подпись ____ message_id Перевод с китайского 运单号 收件人：
    12.03.2026 08:15 2026-03-12 1106361735 RB123456785CN 1,2 кг 30x20x10 sha256: deadbeefdeadbeef https://a.ru/b/c?d 1/2
    [ ] | Ａ１ ② ٣ é +7 (916) 10013160/120326/0001234 СДЭК нотариус : , . - — /
"""
_PIECES = st.sampled_from([*_WORDS.split(), "\x00", "\u202e", "\u200b", "\ud800", "е\u0301", "\t", "  "])
_TEXTS = st.one_of(
    st.text(max_size=400),
    st.lists(_PIECES, max_size=40).map(" ".join),
    st.lists(_PIECES, max_size=40).map("  ".join),
    st.lists(_PIECES, max_size=40).map("".join),
)


@given(st.lists(_TEXTS, max_size=12), st.sampled_from(["text_layer", "ocr", "frames"]))
def test_any_text_is_read_into_bounded_values_in_their_own_form(texts: list[str], source: str) -> None:
    given_lines = lines(*texts, source=source)  # type: ignore[arg-type]
    said = [*reading.fields(given_lines), *reading.language(given_lines)]
    for one in said:
        assert isinstance(one.value, str)
        assert 0 < len(one.value) <= cleaned.MOST
        assert 0 <= one.confidence <= 1
        assert one.box is None or (0 <= one.box[0] <= one.box[2] <= 1000 and one.box[1] <= one.box[3])
        assert read_said(one.plain()) == one
        one.value.encode()  # no halves of pairs
        if one.field in _TIME_FIELDS:
            datetime.fromisoformat(one.value)
        elif one.field == "number":
            assert re.fullmatch(r"[0-9A-Z]{6,40}", one.value)
            assert sum(c.isdigit() for c in one.value) >= 5
        elif one.field == "language":
            assert _LANGUAGE.fullmatch(one.value)
        elif one.field == "photo_hash":
            assert re.fullmatch(r"[0-9a-f]{16,128}", one.value)


@given(st.text(max_size=400))
def test_places_lie_inside_the_text(text: str) -> None:
    text = cleaned.clean(text)
    places = [(found.start, found.end) for found in times.find(text)]
    places += [(found.start, found.end) for found in numbers.find(text)]
    assert all(0 <= start < end <= len(text) for start, end in places)


@pytest.mark.parametrize(
    "text",
    [
        "\u202eТрек-номер: 1106361735\u202c",
        "Трек\u200b-номер:\u00a01106\u200b361735",
        "Трек-номер:\x00 1106361735\x07",
        "Ｔｒａｃｋｉｎｇ ｎｕｍｂｅｒ：１１０６３６１７３５",
        "Трек\u2011номер: 1106361735",
        "Тре\u00adк-но\u00adмер: 1106361735",
    ],
)
def test_what_cannot_be_seen_does_not_hide_a_label_or_its_value(text: str) -> None:
    assert values(read(text), "tracking_number") == ["1106361735"]


def test_a_letter_with_its_mark_apart_is_one_letter() -> None:
    assert values(read("Дата прие\u0308ма: 12.03.2026"), "record_time") == ["2026-03-12"]


def test_digits_of_other_scripts_are_no_digits() -> None:
    assert [one for one in read("١٢.٠٣.٢٠٢٦", "٣١٠٦٣٦١٧٣٥") if one.field != "language"] == []


def test_of_a_line_of_ten_thousand_characters_the_beginning_is_read() -> None:
    assert values(read("Вес: 1 кг" + " " * 9_000 + "Объём: 1 м³"), "weight") == ["1 кг"]
    assert values(read(" " * 10_000 + "Объём: 1 м³"), "volume") == []


@pytest.mark.parametrize(
    "text",
    [
        "12 34 56 78 90 " * 700,
        "1" * 10_000,
        "Дата: " * 2_000,
        "Подпись " + "_" * 10_000,
        "хеш " + "deadbeef " * 1_000,
        "А-" * 5_000,
        "[" + "а" * 10_000,
        "https://" + "a/" * 5_000,
        "+7 " + "1 " * 5_000,
        "运单号收件人" * 2_000,
        "(" * 10_000,
        "«" * 5_000 + "1" * 5_000,
        " ".join("абвгдежзиклмно" for _ in range(700)),
    ],
)
def test_a_whole_document_of_the_worst_lines_is_bounded(text: str) -> None:
    many = lines(*[f"{number} {text}" for number in range(1_000)], source="ocr")
    assert sum(len(line.text) for line in cleaned.read(many)) <= cleaned.MOST_TEXT
    said = reading.fields(many)
    assert len(said) <= document.MOST_NUMBERS + 40 * document.MOST_OF_A_FIELD
    assert reading.language(many) == [] or reading.language(many)[0].field == "language"


def test_a_thousand_numbers_are_cut_and_the_labelled_one_stays() -> None:
    said = read(*(f"{10**11 + number}" for number in range(1_000)), "Трек-номер: 1106361735")
    assert len(values(said, "number")) == document.MOST_NUMBERS
    assert "1106361735" in values(said, "number")


def test_only_lines_are_read() -> None:
    assert (
        reading.fields([Said("barcode", "Вес: 1 кг", "barcode"), Said("line", 5, "ocr"), Said("pages", 1, "container")])
        == []
    )


@pytest.mark.parametrize("rule", ["|", "| | |", "......", "______", "----", "¦"])
def test_a_line_of_nothing_but_rules_is_no_value(rule: str) -> None:
    assert [one.field for one in read("Отправитель", rule, "Получатель  Вес", rule)] == []
