"""A chat from elsewhere, a printed web page and a translation give themselves away."""

from __future__ import annotations

import pytest

from tests.inspect.lines import read, values


@pytest.mark.parametrize(
    ("texts", "chat"),
    [
        (("[12.03.2026, 08:15:22] Иван: Здравствуйте", "[12.03.2026, 08:16:02] Магазин: Добрый день"), "whatsapp"),
        (("12.03.2026, 08:15 - Иван: Здравствуйте", "12.03.2026, 08:16 - Магазин: Добрый день"), "whatsapp"),
        (("[08:15, 12.03.2026] +7 916 123-45-67: Где заказ", "[08:16, 12.03.2026] Магазин: Едет"), "whatsapp"),
        (("Иван, [12.03.2026 08:15]", "Где заказ", "Магазин, [12.03.2026 08:16]", "Едет"), "telegram"),
        (("张三 2026-03-12 08:15:22", "在吗", "李四 2026-03-12 08:16:02", "在的"), "wechat"),
        (("Чат WhatsApp с Иваном", "Где заказ?"), "whatsapp"),
        (("微信聊天记录", "在吗"), "wechat"),
        (("Сообщения и звонки защищены сквозным шифрованием WhatsApp",), "whatsapp"),
    ],
)
def test_an_outside_chat_is_known_by_its_headers_or_its_name(texts: tuple[str, ...], chat: str) -> None:
    assert values(read(*texts), "outside_chat") == [chat]


def test_headers_and_name_together_are_surer_than_the_name_alone() -> None:
    (by_name,) = [one for one in read("Чат WhatsApp с Иваном") if one.field == "outside_chat"]
    (by_both,) = [
        one
        for one in read("Чат WhatsApp с Иваном", "[12.03.2026, 08:15:22] Иван: Здравствуйте")
        if one.field == "outside_chat"
    ]
    assert by_name.confidence < by_both.confidence < 1


@pytest.mark.parametrize(
    "texts",
    [
        ("Наш WhatsApp: +7 916 123-45-67",),
        ("Напишите нам в Telegram: @cdek_bot", "Получатель: Иванов И.И."),
        ("[12.03.2026, 08:15] Покупатель: Где заказ", "[12.03.2026, 08:16] Продавец: Едет", "message_id: 7781920"),
        ("[12.03.2026, 08:15] Принято: склад",),
        ("Дата: 12.03.2026, 08:15 - отгружено",),
    ],
)
def test_a_contact_a_platform_s_own_export_and_a_single_line_are_no_outside_chat(texts: tuple[str, ...]) -> None:
    assert values(read(*texts), "outside_chat") == []


@pytest.mark.parametrize(
    "texts",
    [
        ("12.03.2026, 08:15  Отслеживание заказа", "Доставлено", "https://www.cdek.ru/ru/tracking?order_id=110  1/2"),
        ("Доставлено", "file:///C:/Users/ivan/track.html 1/1"),
        ("Версия для печати", "Доставлено"),
        ("https://www.dhl.com/us-en/home/tracking.html?id=1", "Delivered"),
    ],
)
def test_a_printed_or_captured_web_page_is_known_by_its_link(texts: tuple[str, ...]) -> None:
    assert values(read(*texts), "screenshot_sign") == ["browser"]


@pytest.mark.parametrize(
    "text", ["cdek.ru", "www.cdek.ru", "https://www.cdek.ru", "Страница 1/2", "Сайт: https://cdek.ru/ru"]
)
def test_the_carrier_s_own_address_on_its_form_is_no_web_page(text: str) -> None:
    assert values(read(text, "Накладная № 1106361735"), "screenshot_sign") == []


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Перевод с китайского языка на русский язык", "zh"),
        ("ПЕРЕВОД С АНГЛИЙСКОГО ЯЗЫКА", "en"),
        ("Перевод документа с казахского языка", "kk"),
        ("Translation from Chinese into Russian", "zh"),
        ("Translated from English", "en"),
        ("译自中文", "zh"),
    ],
)
def test_a_translation_says_from_which_language(text: str, language: str) -> None:
    assert values(read(text), "translation_of") == [language]


def test_a_word_about_translating_is_no_translation() -> None:
    assert values(read("Перевод средств с карты", "Переводчик не требуется"), "translation_of") == []
