"""What could be a tracking number is offered, however it is printed; what says to be something else is not."""

from __future__ import annotations

import pytest

from ombud.inspect.reading import numbers
from tests.inspect.lines import read, values


def _surest(text: str) -> list[str]:
    return [number.value for number in numbers.find(text) if number.confidence >= 0.9]


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1106361735", "1106361735"),
        ("Трек-номер: 1106361735", "1106361735"),
        ("1Z 999 AA1 01 2345 6784", "1Z999AA10123456784"),
        ("RR 123 456 785 CN", "RR123456785CN"),
        ("RR-123456785-CN", "RR123456785CN"),
        ("123 456 7890", "1234567890"),
        ("9400 1000 0000 0000 0000 00", "9400100000000000000000"),
        ("R B 1 2 3 4 5 6 7 8 5 C N", "RB123456785CN"),
        ("运单号SF1234567890123", "SF1234567890123"),
        ("трек1106361735", "1106361735"),
        ("№1106361735.", "1106361735"),
        ("12345678-0001-1", "1234567800011"),
        ("sf1234567890123", "SF1234567890123"),
        ("Отправлено СДЭК 1106361735", "1106361735"),
        ("AAP144569308 (1 место)", "AAP144569308"),
        ("JJD0099999999,", "JJD0099999999"),
        ("трек 1106361735 от 12.03.2026", "1106361735"),
        ("12.03.2026 08:15 1106361735", "1106361735"),
        ("ИНН 7701234567 1106361735", "1106361735"),
        ("тел. 8 916 123 45 67, трек 1106361735", "1106361735"),
    ],
)
def test_a_number_is_found_however_it_is_grouped_and_whatever_stands_beside_it(text: str, number: str) -> None:
    assert number in _surest(text)


@pytest.mark.parametrize("text", ["RВ123456785СN", "RB 123 456 785 СN", "ЕА123456785НК"])
def test_cyrillic_letters_that_look_latin_are_made_latin(text: str) -> None:
    (value,) = _surest(text)
    assert value.isascii()
    assert value == numbers.normal(text)


@pytest.mark.parametrize(
    "text",
    [
        "тел. +7 916 123-45-67",
        "Телефон: 89161234567",
        "8 (916) 123-45-67",
        "8 916 123 45 67",
        "(870)-931-0505",
        "电话:13812345678",
        "ИНН 7701234567 КПП 770101001",
        "ИНН/КПП 7701234567/770101001",
        "ОГРН 1027700132195",
        "БИК 044525225",
        "р/с 40702810900000012345",
        "р/с 4070 2810 9000 0001 2345",
        "IBAN DE30507500940000048567",
        "109012, г. Москва, ул. Ильинка",
        "Индекс: 109012",
        "Стоимость 12 500 000 руб.",
        "1 503 960,50",
        "150000 ₽",
        "¥ 1250000",
        "15000руб",
        "2026-03-12",
        "12.03.2026 08:15:22",
        "12-03-2026",
        "30x20x10 см",
        "1000x1000x1000",
        "10013160/120326/0001234",
        "вес 125000 г",
        "ВАШ ЗАКАЗ ПРИНЯТ",
        "12345",
        "A" * 41,
        "1" * 41,
        "ABCDEFGH1234",
    ],
)
def test_what_its_label_or_its_shape_says_to_be_something_else_is_not_offered(text: str) -> None:
    assert numbers.find(text) == []


def test_a_row_of_a_table_is_no_number_of_many_groups() -> None:
    assert _surest(" ".join(str(figure) for figure in range(7, 27))) == []


def test_parts_of_a_run_are_offered_as_less_sure_than_the_whole() -> None:
    found = {number.value: number.confidence for number in numbers.find("1234567 8901 22")}
    assert found["1234567"] == 1.0
    assert found["1234567890122"] == 0.95
    assert found["12345678901"] == 0.7


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("Накладная № 1106361735", "1106361735"),
        ("Номер отправления: 12345678-0001-1", "12345678-0001-1"),
        ("Трек-номер  RB 123 456 785 CN", "RB123456785CN"),
        ("Номер накладной СДЭК: 1106361735 от 12.03.2026", "1106361735"),
        ("ШПИ: 80080580123456", "80080580123456"),
        ("Tracking No. 1Z 999 AA1 01 2345 6784  Weight 2 kg", "1Z999AA10123456784"),
        ("Waybill: 123 456 7890", "1234567890"),
        ("物流单号：YT1234567890123", "YT1234567890123"),
        ("运单号 SF1234567890123 收件人 张三", "SF1234567890123"),
        ("Tracking number / Трек-номер: AAP144569308", "AAP144569308"),
        ("Отправитель: ООО Ромашка Трек-номер 1106361735", "1106361735"),
        ("Номер отправления 1106361735 1 место", "1106361735"),
    ],
)
def test_a_labelled_number_is_the_tracking_number_and_a_candidate_too(line: str, value: str) -> None:
    said = read(line)
    assert values(said, "tracking_number") == [value]
    assert numbers.normal(value) in values(said, "number")


@pytest.mark.parametrize("line", ["Ваш заказ 1106361735 готов", "Оплата 1106361735", "Посылка едет", "Трек-номер: нет"])
def test_a_number_without_its_label_is_no_tracking_number(line: str) -> None:
    assert values(read(line), "tracking_number") == []
