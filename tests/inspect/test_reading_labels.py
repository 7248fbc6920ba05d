"""What stands behind a label, in three languages, on waybills, slips, records and messages."""

from __future__ import annotations

import pytest

from ombud.domain.said import Said
from ombud.inspect import reading
from tests.inspect.lines import lines, read, values

_HASH = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"


@pytest.mark.parametrize(
    ("line", "field", "value"),
    [
        ("Отправитель: ООО «Ромашка»", "sender", "ООО «Ромашка»"),
        ("Отправитель  ООО «Ромашка»  Вес  1 кг", "sender", "ООО «Ромашка»"),
        ("От кого: ИП Петров П.П.", "sender", "ИП Петров П.П."),
        ("寄件人：张三 收件人：李四", "sender", "张三"),
        ("Shipper: ACME Ltd", "sender", "ACME Ltd"),
        ("Sender / Отправитель: ООО Ромашка", "sender", "ООО Ромашка"),
        ("Получатель: Иванов Иван Иванович", "recipient", "Иванов Иван Иванович"),
        ("Кому: Иванов И.И.", "recipient", "Иванов И.И."),
        ("Получатель Иванов Иван", "recipient", "Иванов Иван"),
        ("1. Получатель: Иванов И.И.", "recipient", "Иванов И.И."),
        ("Ship to: John Smith", "recipient", "John Smith"),
        ("Recipient's name: John Smith", "recipient", "John Smith"),
        ("收货人 李四  电话 138", "recipient", "李四"),
        (
            "Адрес получателя: 109012, г. Москва, ул. Ильинка, д. 4",
            "recipient_address",
            "109012, г. Москва, ул. Ильинка, д. 4",
        ),
        ("Куда: Москва, Ильинка 4", "recipient_address", "Москва, Ильинка 4"),
        ("收件地址：莫斯科市肉铺大街26号", "recipient_address", "莫斯科市肉铺大街26号"),
        ("Вес: 1,250 кг", "weight", "1,250 кг"),
        ("Вес, кг: 1,25", "weight", "1,25 кг"),
        ("Вес (кг) 1.25", "weight", "1.25 кг"),
        ("Масса брутто  850 г", "weight", "850 г"),
        ("Gross weight 2.1 lb", "weight", "2.1 lb"),
        ("重量：1.25kg", "weight", "1.25kg"),
        ("Посылка, 1,25 кг", "weight", "1,25 кг"),
        ("Объём: 0,006 м³", "volume", "0,006 м³"),
        ("Габариты: 30х20х10 см", "volume", "30х20х10 см"),
        ("Габариты (Д×Ш×В), см  30 × 20 × 10", "volume", "30 × 20 × 10 см"),
        ("Объём 14,4 л", "volume", "14,4 л"),
        ("体积：30*20*10cm", "volume", "30*20*10cm"),
        ("Номер заказа: 12345678-0001", "order_id", "12345678-0001"),
        ("Заказ № 123456789", "order_id", "123456789"),
        ("Order #1001", "order_id", "1001"),
        ("订单号：123456789", "order_id", "123456789"),
        ("SKU: XK-778-BL", "sku", "XK-778-BL"),
        ("Артикул  778234", "sku", "778234"),
        ("货号：A-12", "sku", "A-12"),
        ("ID оператора: OP-1738", "operator_id", "OP-1738"),
        ("Operator ID  wh07", "operator_id", "wh07"),
        ("操作员：1738", "operator_id", "1738"),
        (f"Хеш фото посылки (SHA-256)  {_HASH}", "photo_hash", _HASH),
        (f"Photo SHA-256: {_HASH.upper()}", "photo_hash", _HASH),
        (f"Хэш фото: sha256:{_HASH}", "photo_hash", _HASH),
        ("照片哈希：d41d8cd98f00b204e9800998ecf8427e", "photo_hash", "d41d8cd98f00b204e9800998ecf8427e"),
        ("message_id: 7781920-ab", "message_id", "7781920-ab"),
        ("[Message ID 550e8400-e29b-41d4-a716-446655440000]", "message_id", "550e8400-e29b-41d4-a716-446655440000"),
        ("消息ID：77819201", "message_id", "77819201"),
        ("https://seller.ozon.ru/chat?message_id=7781920ab", "message_id", "7781920ab"),
        ("ДТ № 10013160/120326/0001234", "declaration_number", "10013160/120326/0001234"),
        ("Выпуск разрешён 10013160/120326/0001234", "declaration_number", "10013160/120326/0001234"),
        ("报关单号：531620261160123456", "declaration_number", "531620261160123456"),
        ("Нотариус: Кузнецова М.И.", "notary", "Кузнецова М.И."),
        ("Перевод заверен нотариально", "notary", "Перевод заверен нотариально"),
        ("Переводчик: Сидорова Анна Петровна", "translator", "Сидорова Анна Петровна"),
        ("Перевод выполнил переводчик Сидорова А.П.", "translator", "Сидорова А.П."),
        ("Подпись получателя: ____________ /Иванов И.И./", "signer", "Иванов И.И."),
        ("Получил: Иванов И.И., 15.03.2026", "signer", "Иванов И.И."),
        ("Signed for by: J. SMITH", "signer", "J. SMITH"),
        ("签收人：王五 签收时间：2026-03-15", "signer", "王五"),
        ("Подпись ______", "signature_field", "Подпись"),
        ("Signature of the sender: ....", "signature_field", "Signature of the sender"),
        ("寄件人签名", "signature_field", "寄件人签名"),
        ("Размер: 42  Цвет: чёрный", "product_size", "42"),
        ("Размер: 42  Цвет: чёрный", "product_colour", "чёрный"),
        ("Size: XL", "product_size", "XL"),
        ("Перевозчик: СДЭК", "carrier", "cdek"),
        ("Carrier: SF", "carrier", "sf-express"),
        ("承运商：圆通速递", "carrier", "yto"),
        ("Служба доставки: Быстрая Почта", "carrier", "Быстрая Почта"),
    ],
)
def test_what_stands_behind_a_label_is_the_value_of_its_field(line: str, field: str, value: str) -> None:
    assert values(read(line), field) == [value]


@pytest.mark.parametrize(
    ("line", "field"),
    [
        ("Получатель обязан предъявить паспорт.", "recipient"),
        ("Получатель: ____________", "recipient"),
        ("Отправитель:", "sender"),
        ("Адрес отправителя: Китай, Шэньчжэнь", "recipient_address"),
        ("Вес: см. приложение", "weight"),
        ("Цена 1,25", "weight"),
        ("Ваш заказ от 12.03.2026", "order_id"),
        ("Заказ передан", "order_id"),
        ("Хеш фото: нет", "photo_hash"),
        ("Размер комиссии 5 %", "product_size"),
        ("Получил: ________", "signer"),
        ("Вручено адресату", "signer"),
        ("Подпись ________", "signer"),
        ("электронная почта", "carrier"),
        ("GROUPS, UPSIDE", "carrier"),
        ("Заказ Ozon", "carrier"),
        ("message_id", "message_id"),
    ],
)
def test_where_nothing_is_said_behind_a_label_there_is_no_value(line: str, field: str) -> None:
    assert values(read(line), field) == []


@pytest.mark.parametrize(
    ("text", "slug"),
    [
        ("СДЭК", "cdek"), ("CDEK Express", "cdek"), ("Боксберри", "boxberry"), ("Почта России", "russian-post"),
        ("Ozon Логистика", "ozon-logistics"), ("顺丰速运", "sf-express"), ("圆通", "yto"), ("中国邮政", "china-post"),
        ("YunExpress", "yunexpress"), ("云途物流", "yunexpress"), ("USPS Ground", "usps"), ("UPS Worldwide", "ups"),
        ("DHL Express", "dhl"), ("中通快递", "zto"),
    ],
)  # fmt: skip
def test_carriers_are_known_by_their_names_in_every_script_less_surely_without_a_label(text: str, slug: str) -> None:
    (said,) = [one for one in read(text) if one.field == "carrier"]
    assert (said.value, said.confidence) == (slug, 0.9)


@pytest.mark.parametrize(
    ("line", "field", "value"),
    [
        ("HoMep отпpавлeния № 1106361735", "tracking_number", "1106361735"),
        ("Отпpавитепь: Ромашка", "sender", "Ромашка"),
        ("0тправитель: Ромашка", "sender", "Ромашка"),
        ("Получатeпь Петров П.П.", "recipient", "Петров П.П."),
        ("Bec 1,25 кг", "weight", "1,25 кг"),
        ("Oбъем 0,006 м3", "volume", "0,006 м3"),
        ("Транспортиая накладиая № 1106361735", "tracking_number", "1106361735"),
        ("Reciplent: John Smith", "recipient", "John Smith"),
    ],
)
def test_a_letter_misread_in_a_label_does_not_hide_it(line: str, field: str, value: str) -> None:
    assert values(read(line, source="ocr"), field) == [value]


def test_labels_and_values_in_one_cell_are_told_apart() -> None:
    said = read("Отправитель ООО Ромашка Получатель Петров П.П. Вес 1,2 кг", source="ocr")
    assert values(said, "sender") == ["ООО Ромашка"]
    assert values(said, "recipient") == ["Петров П.П."]
    assert values(said, "weight") == ["1,2 кг"]


def test_a_value_may_stand_on_the_line_below_its_label() -> None:
    said = read("Получатель", "Иванов Иван Иванович", "Адрес доставки:", "109012, Москва", "Вес", "Телефон: 1")
    assert values(said, "recipient") == ["Иванов Иван Иванович"]
    assert values(said, "recipient_address") == ["109012, Москва"]
    assert values(said, "weight") == []


def test_the_line_below_on_another_page_is_no_value() -> None:
    assert values(reading.fields([*lines("Получатель"), *lines("Иванов Иван", page=2)]), "recipient") == []


def test_heads_of_columns_name_what_stands_below_them() -> None:
    said = read(
        "message_id  Дата и время  Автор  Сообщение",
        "7781920-ab  12.03.2026 08:15  Покупатель  Где мой заказ?",
        "и где посылка",
        "7781921-ab  12.03.2026 08:45  Продавец  Отправили СДЭК 1106361735",
    )
    assert values(said, "message_id") == ["7781920-ab", "7781921-ab"]
    assert values(said, "time") == ["2026-03-12T08:15:00", "2026-03-12T08:45:00"]
    assert values(said, "carrier") == ["cdek"]


def test_who_stands_in_a_table_is_read_from_its_first_row() -> None:
    said = read("Отправитель  Получатель  Вес", "ООО Ромашка  Петров Пётр  1,2 кг", "ООО Лютик  Сидоров  2 кг")
    assert values(said, "sender") == ["ООО Ромашка"]
    assert values(said, "recipient") == ["Петров Пётр"]


def test_page_instant_source_and_tool_are_those_of_the_line_and_it_is_no_surer() -> None:
    line = Said("line", "Вес: 1 кг", "frames", 3, (0, 0, 500, 10), 1500, 0.8, "rapidocr", "3.10")
    (said,) = reading.fields([line])
    assert (said.source, said.page, said.at_ms, said.confidence) == ("frames", 3, 1500, 0.8)
    assert (said.tool, said.version) == ("rapidocr", "3.10")


def test_the_box_is_the_part_of_the_line_that_the_value_takes() -> None:
    (said,) = reading.fields([Said("line", "Вес: 100 кг", "text_layer", 1, (100, 40, 210, 50))])
    assert said.box == (150, 40, 210, 50)


def test_the_same_value_is_said_once_a_page() -> None:
    twice = [*lines("Вес: 1 кг", "Вес: 1 кг"), *lines("Вес: 1 кг", page=2)]
    assert [(one.value, one.page) for one in reading.fields(twice) if one.field == "weight"] == [
        ("1 кг", 1),
        ("1 кг", 2),
    ]


def test_a_row_of_dots_leads_to_the_value() -> None:
    dots = "." * 60
    said = read(
        f"Кому {dots} Щёголев Фёдор", f"Вес {dots} 156 г", f"Dimensions (L×W×H) / Габариты (Д×Ш×В) {dots} 58х15х29 см"
    )
    assert values(said, "recipient") == ["Щёголев Фёдор"]
    assert values(said, "weight") == ["156 г"]
    assert values(said, "volume") == ["58х15х29 см"]


def test_one_table_may_follow_another_and_a_title_is_none() -> None:
    said = read(
        "OZON Логистика  Накладная",
        "Вес / Weight  Объём / Volume",
        "0,25 кг  0,012 м³",
        "Габариты (Д×Ш×В)  Дата и время приёма",
        "20х21х29 см  30.05.2026 в 14:26 (МСК)",
    )
    assert values(said, "weight") == ["0,25 кг"]
    assert values(said, "volume") == ["0,012 м³", "20х21х29 см"]
    assert values(said, "record_time") == ["2026-05-30T14:26:00+03:00"]


def test_what_goes_on_in_the_line_below_is_said_whole_too_but_less_surely() -> None:
    said = read(
        "Отправитель: Гуанчжоу Минда  Получатель: Мамин-Сибиряк",
        "Ко., склад № 7  Дмитрий Наркисович",
        "Вес: 1 кг  Объём: 1 м³",
    )
    assert [(one.value, one.confidence) for one in said if one.field == "recipient"] == [
        ("Мамин-Сибиряк", 1.0),
        ("Мамин-Сибиряк Дмитрий Наркисович", 0.8),
    ]
    assert values(said, "sender") == ["Гуанчжоу Минда", "Гуанчжоу Минда Ко., склад № 7"]


def test_an_address_goes_on_below_where_it_is_indented_or_unfinished() -> None:
    indented = [
        Said("line", "Адрес получателя  Ростовская обл., г. Ростов", "text_layer", 1, (50, 100, 900, 115)),
        Said("line", "пр-т Будённовский, д. 3", "text_layer", 1, (400, 116, 700, 131)),
    ]
    assert "Ростовская обл., г. Ростов пр-т Будённовский, д. 3" in values(reading.fields(indented), "recipient_address")
    unfinished = read("Адрес: Москва, ул.", "Ильинка, 4", "Претензии принимаются в течение шести месяцев.")
    assert values(unfinished, "recipient_address") == ["Москва, ул.", "Москва, ул. Ильинка, 4"]


def test_the_next_labelled_line_does_not_go_on_with_the_one_above() -> None:
    said = read("Отправитель  ООО Ромашка", "Получатель  Иванов И.И.", "Телефон  123")
    assert values(said, "sender") == ["ООО Ромашка"]
    assert values(said, "recipient") == ["Иванов И.И."]


def test_a_column_of_labels_read_before_the_column_of_its_values_is_put_together_again() -> None:
    said = read("Номер заказа", "Отправитель", "44809906-4839", "ООО Ромашка", "Вес", "Объём", "5,414кг", "37,5 л")
    assert values(said, "order_id") == ["44809906-4839"]
    assert values(said, "sender") == ["ООО Ромашка"]
    assert values(said, "weight") == ["5,414кг"]
    assert values(said, "volume") == ["37,5 л"]


def test_a_promised_day_on_the_line_below_its_label_is_no_time_and_the_day_of_a_stamp_is() -> None:
    assert values(read("Плановая дата доставки", "11.05.2026"), "time") == []
    assert values(read("Подпись отправителя", "ПОЧТА", "11.05.2026"), "time") == ["2026-05-11"]


@pytest.mark.parametrize("line", ["Подпись отправителя ____ /Ковалёв Е.Н./", "Подпись курьера: Петров П.П."])
def test_who_sends_or_carries_has_not_signed_for_it(line: str) -> None:
    said = read(line)
    assert values(said, "signer") == []
    assert len(values(said, "signature_field")) == 1
