"""The language of a document and its share, counted in words: numbers, codes and brands make it no less Russian."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

import pytest

from ombud.domain.said import Said
from ombud.inspect import reading
from tests.inspect.lines import lines, values

_RUSSIAN = (
    "Отправитель: ООО «Ромашка», город Подольск",
    "Получатель: Иванов Иван Иванович",
    "Адрес получателя: Москва, улица Ильинка, дом четыре",
    "Отправитель подтверждает, что с правилами перевозки ознакомлен и согласен.",
)
_CHINESE = (
    "运单号：SF1234567890123",
    "寄件人：深圳市华强贸易有限公司",
    "收件人确认已阅读并同意运输条款，包裹内无禁止寄递物品。",
)
_ENGLISH = (
    "Sender: Shenzhen Huaqiang Trading Company Limited",
    "The sender confirms that the rules of carriage are known and agreed to.",
    "Claims are taken within six months of the day of delivery.",
)


def _share(said: Sequence[Said], name: str) -> Decimal:
    shares = [str(value).split(" ") for value in values(said, "language_share")]
    return next((Decimal(share) for language, share in shares if language == name), Decimal(0))


@pytest.mark.parametrize(
    ("texts", "language"),
    [
        (_RUSSIAN, "ru"),
        (_CHINESE, "zh"),
        (_ENGLISH, "en"),
        (("ОТПРАВИТЕЛЬ ООО РОМАШКА", "ПОЛУЧАТЕЛЬ ИВАНОВ ИВАН ИВАНОВИЧ", "ПОДПИСЬ ОТПРАВИТЕЛЯ"), "ru"),
        (("Відправник: ТОВ Ромашка", "Одержувач підтверджує, що посилка отримана і перевірена, претензій немає"), "uk"),
        (("Жіберуші: Ромашка ЖШС", "Алушы сәлемдемені алғанын және тексергенін растайды, наразылығы жоқ"), "kk"),
        (("Адпраўнік: ТАА Рамонак", "Атрымальнік пацвярджае, што пасылка атрымана і праверана"), "be"),
        (
            ("Изпращач: Ромашка ООД", "Получателят потвърждава, че пратката е получена и проверена, няма претенции"),
            "bg",
        ),
        (("Absender: Ramosch GmbH", "Der Empfänger bestätigt, dass die Sendung vollständig übergeben wurde"), "de"),
        (("寄件人：深圳市華強貿易有限公司", "收件人確認已閱讀並同意運輸條款，包裹內無禁止寄遞物品。"), "zh"),
        (("受取人は荷物を受け取り、内容を確認したことを証明します。", "これは送り状です。"), "ja"),
    ],
)
def test_the_language_is_that_of_the_whole_document(texts: Sequence[str], language: str) -> None:
    said = reading.language(lines(*texts))
    assert values(said, "language") == [language]
    assert values(said, "language_share")[0] == f"{language} {_share(said, language)}"


@pytest.mark.parametrize(
    "more",
    [
        ("Трек-номер RB123456785CN", "SKU: XK-778-BL-2026", "1Z999AA10123456784 GM2951173225174494 JJD0099999999"),
        ("https://www.cdek.ru/ru/tracking?order_id=1106361735", "support@example-company-of-china.com, www.ozon.ru"),
        ("Товар: Samsung Galaxy Buds Pro Wireless", "Xiaomi Redmi Note 13 Pro: чехол", "Цвет: Midnight Black"),
        ("Отправитель: Shenzhen Lucky Star International Trading Limited", "Адрес: Baoan District, Shenzhen"),
        ("Отправитель / Sender", "Получатель / Recipient", "Вес / Weight", "Подпись / Signature"),
        ("9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",),
    ],
)
def test_numbers_links_brands_and_the_second_language_of_a_form_leave_a_russian_waybill_russian(
    more: Sequence[str],
) -> None:
    said = reading.language(lines(*_RUSSIAN, *more))
    assert values(said, "language") == ["ru"]
    assert _share(said, "ru") >= Decimal("0.85")


@pytest.mark.parametrize("foreign", [_CHINESE, _ENGLISH])
def test_a_russian_word_or_two_make_a_foreign_document_no_russian_one(foreign: Sequence[str]) -> None:
    assert _share(reading.language(lines(*foreign, *foreign, "Накладная")), "ru") < Decimal("0.20")


def test_half_and_half_is_neither() -> None:
    said = reading.language(lines(*_RUSSIAN[:3], *_ENGLISH))
    assert Decimal("0.20") < _share(said, "ru") < Decimal("0.66")


def test_the_shares_sum_to_one() -> None:
    said = reading.language(lines(*_RUSSIAN, *_ENGLISH, *_CHINESE))
    shares = [Decimal(str(value).split(" ")[1]) for value in values(said, "language_share")]
    assert abs(sum(shares, Decimal(0)) - 1) <= Decimal("0.02")
    assert shares == sorted(shares, reverse=True)


def test_of_few_letters_nobody_is_sure() -> None:
    (language, share) = reading.language(lines("Вес посылки"))
    assert (language.value, language.confidence) == ("ru", 0.5)
    assert (share.value, share.confidence) == ("ru 1.00", 0.5)


@pytest.mark.parametrize("texts", [(), ("",), ("1106361735", "12.03.2026 08:15"), ("\x00\u202e",), ("http://a.ru/b",)])
def test_of_no_words_nothing_is_said(texts: Sequence[str]) -> None:
    assert reading.language(lines(*texts)) == []


def test_latin_letters_that_a_recogniser_put_into_russian_words_are_russian() -> None:
    said = reading.language(lines("Bec HETTO и вес брутто", "Пoлyчaтeль Ивaнoв", *_RUSSIAN, source="ocr"))
    assert _share(said, "ru") == 1


def test_the_source_is_the_text_layer_only_where_nearly_all_comes_from_it() -> None:
    written, seen = lines(*_RUSSIAN), lines(*_RUSSIAN, source="ocr", page=2, confidence=0.8)
    assert {one.source for one in reading.language(written)} == {"text_layer"}
    both = reading.language([*written, *seen])
    assert {one.source for one in both} == {"ocr"}
    assert {one.confidence for one in both} == {0.9}
    assert {one.page for one in both} == {None}


def test_facts_that_are_no_lines_do_not_count() -> None:
    assert reading.language([Said("producer", "Russian words", "metadata"), Said("pages", 3, "container")]) == []
