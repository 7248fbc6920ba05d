"""What a narrow cell or a recogniser broke apart is read as if it were whole."""

from __future__ import annotations

import pytest

from ombud.domain.said import Said
from ombud.inspect import reading
from tests.inspect.lines import read, values

_ID = "3fb10aae-b61e-4a5e-b2d0-e1e5842443ca"
_HEAD = "message_id  Время  Отправитель  Сообщение"


@pytest.mark.parametrize("cut", range(9, len(_ID)))
def test_an_id_that_breaks_over_two_lines_of_its_cell_is_whole_wherever_it_breaks(cut: int) -> None:
    first, rest = _ID[:cut], _ID[cut:]
    said = read(_HEAD, f"{first}  12.05.2026 14:51:06  Покупатель  Заказ не", f"{rest}  доставлен.")
    assert values(said, "message_id") == [_ID]
    assert values(said, "time") == ["2026-05-12T14:51:06"]


def test_an_id_may_lose_the_hyphen_at_which_it_breaks() -> None:
    said = read("message_id: 6b7ae53f-c99c-46dc", "ba55-48028514339e и больше ничего")
    assert values(said, "message_id") == ["6b7ae53f-c99c-46dc-ba55-48028514339e"]


def test_what_does_not_make_an_id_whole_is_not_joined_to_it() -> None:
    said = read("message_id: 6b7ae53f-c99c-46dc", "доставлен вчера")
    assert values(said, "message_id") == ["6b7ae53f-c99c-46dc"]


def test_an_id_that_fills_its_cell_ends_there() -> None:
    said = read(_HEAD, f"{_ID} 12.05.2026 17:22:06  Покупатель  Хорошо")
    assert values(said, "message_id") == [_ID]
    assert values(said, "time") == ["2026-05-12T17:22:06"]


def test_a_time_that_stands_under_its_date_in_a_narrow_cell_belongs_to_it() -> None:
    said = read(_HEAD, "MSG-3651041332  29.04.2026  Покупатель  Здравствуйте", "12:29:21")
    assert values(said, "time") == ["2026-04-29T12:29:21"]


def test_an_id_and_a_time_that_both_go_on_in_the_line_below_are_both_whole() -> None:
    said = read("message_id  Время", f"{_ID[:23]}  10.05.2026", f"{_ID[24:]}  04:56:25")
    assert values(said, "message_id") == [_ID]
    assert values(said, "time") == ["2026-05-10T04:56:25"]


def test_lines_of_other_columns_may_stand_between_two_lines_of_a_cell() -> None:
    rows = [("message_id  Время", 79, 100), (f"{_ID[:23]}  10.05.2026", 79, 120), ("Спасибо", 600, 120),
            (f"{_ID[24:]}  04:56:25", 79, 134)]  # fmt: skip
    said = reading.fields([Said("line", text, "text_layer", 1, (x, y, x + 300, y + 11)) for text, x, y in rows])
    assert values(said, "message_id") == [_ID]
    assert values(said, "time") == ["2026-05-10T04:56:25"]


def test_a_time_under_a_date_that_has_one_is_not_taken_for_it() -> None:
    said = read("Дата: 29.04.2026 10:00", "12:29:21")
    assert values(said, "time") == ["2026-04-29T10:00:00"]


def _blocks(*tops: int) -> list[Said]:
    """Labels in one block and their values in another, each at its height in thousandths."""
    texts = [("Кому", "Тимофеев Глеб Робертович"), ("Вес", "1,25 кг"), ("Объём", "0,006 м³")]
    rows = list(zip(tops, texts, strict=True))
    left = [Said("line", label, "ocr", 1, (70, top, 140, top + 12)) for top, (label, _) in rows]
    right = [Said("line", value, "ocr", 1, (300, top + 1, 620, top + 13)) for top, (_, value) in rows]
    return [*left, *reversed(right)]


def test_a_label_and_a_value_of_one_height_belong_together_though_they_are_two_blocks() -> None:
    said = reading.fields(_blocks(262, 290, 318))
    assert values(said, "recipient") == ["Тимофеев Глеб Робертович"]
    assert values(said, "weight") == ["1,25 кг"]
    assert values(said, "volume") == ["0,006 м³"]
