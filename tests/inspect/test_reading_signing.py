"""Which words name a place to sign, and who stands for what: parties, carriers, translators."""

from __future__ import annotations

import pytest

from tests.inspect.lines import read, values


@pytest.mark.parametrize(
    "text",
    [
        "Подпись переводчика",
        "Подпись отправителя ____________",
        "Signature  / Zoë van den Berg /",
        "(подпись)",
        "М.П. Подпись ____",
        "Получил, подпись: ________",
    ],
)
def test_a_place_to_sign_is_known_by_its_words(text: str) -> None:
    assert len(values(read(text), "signature_field")) == 1


@pytest.mark.parametrize("text", ["Noanucb отправителя", "IIc ›дпись отправителя", "Подпись отправителя Е"])
def test_a_place_to_sign_is_known_though_its_words_were_misread(text: str) -> None:
    assert len(values(read(text, source="ocr"), "signature_field")) == 1


@pytest.mark.parametrize(
    "text",
    [
        "USPS Signature Confirmation",
        "Signature Confirmation",
        "Signature required: yes",
        "вам лично под подпись. Прилагаем",
        "Подпись отправителя подтверждает согласие с правилами",
        "Москва / Санкт Петербург / Тверь",
    ],
)
def test_a_sentence_about_a_signature_is_no_place_to_sign(text: str) -> None:
    assert values(read(text), "signature_field") == []


@pytest.mark.parametrize(
    ("text", "source"),
    [
        ("Нотариус  / Христорождественская Екатерина", "text_layer"),
        ("Нотариус ____________ / Щеголев Ф. И. /", "text_layer"),
        ("Нотариус Sf Wy  / Щеголев Федор Ильич /", "ocr"),
    ],
)
def test_who_signs_over_a_line_before_a_name_between_strokes_has_a_place_to_sign(text: str, source: str) -> None:
    assert values(read(text, source="ocr" if source == "ocr" else "text_layer"), "signature_field") == ["Нотариус"]


@pytest.mark.parametrize(
    "text",
    [
        "Delivered to: 902 Calle Ocho",
        "Delivered to  4021 N Kedzie Ave, Unit 3",
        "Ship to: Portland, ME 04101",
        "Кому: 117000, Москва, ул. Правды, 4",
    ],
)
def test_a_house_or_a_postal_code_in_the_place_of_a_recipient_is_an_address(text: str) -> None:
    said = read(text)
    assert values(said, "recipient") == []
    assert len(values(said, "recipient_address")) == 1


@pytest.mark.parametrize(
    "text", ["Recipient: 3M Company", "Получатель: 000 «Дом и сад»", "Получатель: 1С-Рарус", "Ship to: John Smith"]
)
def test_a_name_that_begins_with_a_figure_is_none(text: str) -> None:
    assert len(values(read(text), "recipient")) == 1


def test_a_party_in_running_chinese_text_ends_at_its_full_stop() -> None:
    assert values(read("寄件人：深圳市华强贸易有限公司。货物已收寄，包装完好"), "sender") == ["深圳市华强贸易有限公司"]


def test_a_sentence_about_the_carrier_names_none() -> None:
    assert values(read("Перевозчик сообщил, что посылку вручили"), "carrier") == []


@pytest.mark.parametrize(
    ("text", "carrier"),
    [
        ("nouTA POCCUN ae  Номер заказа 87990267-3101", "russian-post"),
        ("OZON JloructukKa № Накладная", "ozon-logistics"),
        ("Boxbe rry Доставка посылок по России", "boxberry"),
    ],
)
def test_white_letters_of_a_logo_are_known_though_they_were_misread(text: str, carrier: str) -> None:
    said = read(text, "Накладная", source="ocr")
    assert [(one.value, one.confidence) for one in said if one.field == "carrier"] == [(carrier, 0.5)]
    assert values(read(text), "carrier") == []


@pytest.mark.parametrize("text", ["Транспортная накладная", "Номер почтового отправления", "Накладная на отправление"])
def test_no_carrier_is_read_into_other_words(text: str) -> None:
    assert values(read(text, source="ocr"), "carrier") == []


@pytest.mark.parametrize(
    "text",
    [
        "Диплом переводчика серия ПП № 257541.",
        "Перевод выполнен переводчиком: Ёлкина А. П.",
        "Переводчик Ёлкина А. П., сертификат № 44",
        "Translated by a certified translator, certificate no. 44",
        "认证翻译 王伟",
    ],
)
def test_who_translated_or_a_certificate_of_it_names_a_translator(text: str) -> None:
    assert values(read(text), "translator")


@pytest.mark.parametrize(
    "misread",
    [
        "9ced1£96d30c26b95439d50894950f82d9c1 1c8dd62c1357eabc8636a24de70e1",
        "е8415{64а8сба5126574а1се96973ае268958{2763с 17896аа6276а4а7е59012се4",
    ],
)
def test_a_hash_whose_digits_were_misread_is_there_by_half(misread: str) -> None:
    said = read(f"SHA-256 фото посылки  {misread}", source="ocr")
    assert [(one.value, one.confidence) for one in said if one.field == "photo_hash"] == [
        (misread.replace(" ", ""), 0.5)
    ]
    assert (
        values(read("SHA-256 фото посылки  не рассчитан, так как фотография посылки не делалась вовсе"), "photo_hash")
        == []
    )
