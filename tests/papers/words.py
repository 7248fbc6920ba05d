"""The words of papers in three languages, and instants, weights and volumes as forms write them."""

from __future__ import annotations

from datetime import datetime
from random import Random
from typing import TypeAlias

Words: TypeAlias = dict[str, str]

WAYBILL: dict[str, Words] = {
    "ru": {
        "waybill": "Накладная",
        "number": "Номер отправления",
        "track": "Трек-номер",
        "order": "Номер заказа",
        "sender": "Отправитель",
        "recipient": "Получатель",
        "address": "Адрес получателя",
        "weight": "Вес",
        "volume": "Объём",
        "sides": "Габариты (Д×Ш×В)",
        "goods": "Описание вложения",
        "places": "Количество мест",
        "price": "Объявленная ценность",
        "accepted": "Дата и время приёма",
        "planned": "Плановая дата доставки",
        "signed": "Подпись отправителя",
        "courier": "Подпись сотрудника",
        "terms": "Отправитель подтверждает, что с правилами перевозки ознакомлен и согласен. "
        "Запрещённых к пересылке вложений нет. Претензии принимаются в течение шести месяцев.",
    },
    "en": {
        "waybill": "Waybill",
        "number": "Shipment number",
        "track": "Tracking number",
        "order": "Order number",
        "sender": "Sender",
        "recipient": "Recipient",
        "address": "Recipient's address",
        "weight": "Weight",
        "volume": "Volume",
        "sides": "Dimensions (L×W×H)",
        "goods": "Contents",
        "places": "Pieces",
        "price": "Declared value",
        "accepted": "Accepted on",
        "planned": "Planned delivery",
        "signed": "Signature of the sender",
        "courier": "Signature of the clerk",
        "terms": "The sender confirms that the rules of carriage are known and agreed to. The parcel holds nothing "
        "that may not be sent. Claims are taken within six months.",
    },
    "zh": {
        "waybill": "运单",
        "number": "运单编号",
        "track": "物流单号",
        "order": "订单号",
        "sender": "寄件人",
        "recipient": "收件人",
        "address": "收件地址",
        "weight": "重量",
        "volume": "体积",
        "sides": "尺寸（长×宽×高）",
        "goods": "托寄物",
        "places": "件数",
        "price": "声明价值",
        "accepted": "收寄时间",
        "planned": "预计送达",
        "signed": "寄件人签名",
        "courier": "收件员签名",
        "terms": "寄件人确认已阅读并同意运输条款，包裹内无禁止寄递物品。索赔须在六个月内提出。",
    },
}
TITLES = {
    "ru": ("Накладная", "Транспортная накладная", "Экспедиторская расписка", "Накладная на отправление"),
    "en": ("Waybill", "Consignment note", "Forwarder's receipt", "Waybill of the shipment"),
    "zh": ("运单", "货运单", "承运人收据", "快递运单"),
}
PLACES = {
    "ru": (),
    "en": ("Moscow, Myasnitskaya st. 26, apt. 14", "Shenzhen Huaqiang Trading Co., Ltd., Nanshan road 88"),
    "zh": ("莫斯科市肉铺大街26号14室", "深圳市华强贸易有限公司，南山大道88号"),
}
_MONTHS = (
    "января",
    "февраля",
    "марта",
    "апреля",
    "мая",
    "июня",
    "июля",
    "августа",
    "сентября",
    "октября",
    "ноября",
    "декабря",
)


def moment(at: datetime, random: Random, *, zone: str = "") -> str:
    """A local instant as Russian forms write it, with or without seconds. zone: `МСК`, `UTC+3`, or nothing."""
    second = f":{at:%S}" if random.random() < 0.6 else ""
    written = random.choice(
        (
            f"{at:%d.%m.%Y %H:%M}{second}",
            f"{at:%d.%m.%Y}, {at:%H:%M}{second}",
            f"{at:%Y-%m-%d %H:%M}{second}",
            f"{at:%d.%m.%Y} в {at:%H:%M}",
            f"{at.day} {_MONTHS[at.month - 1]} {at.year} г., {at:%H:%M}",
            f"{at:%d.%m.%y %H:%M}{second}",
        )
    )
    return f"{written} {zone}".strip()


def day(at: datetime) -> str:
    """`5 мая 2026 г.`"""
    return f"{at.day} {_MONTHS[at.month - 1]} {at.year} г."


def weight(grams: int, random: Random, language: str = "ru") -> str:
    """As a form writes it: kilograms or grams, with a comma or a point."""
    kilo, gram = ("кг", "г") if language == "ru" else ("kg", "g")
    choices = [
        f"{grams / 1000:.3f} {kilo}",
        f"{grams / 1000:.2f} {kilo}",
        f"{grams / 1000:.3f}{kilo}",
        f"{grams} {gram}",
    ]
    return random.choice(
        [each.replace(".", ",") if language == "ru" and random.random() < 0.7 else each for each in choices]
    )


def volume(sides: tuple[int, int, int], random: Random, language: str = "ru") -> str:
    """Cubic metres, cubic centimetres or litres."""
    cm3 = sides[0] * sides[1] * sides[2]
    metre, centimetre, litre = ("м³", "см³", "л") if language == "ru" else ("m³", "cm³", "l")
    said = random.choice((f"{max(cm3 / 1e6, 0.001):.3f} {metre}", f"{cm3} {centimetre}", f"{cm3 / 1000:.1f} {litre}"))
    return said.replace(".", ",") if language == "ru" else said


def sides(three: tuple[int, int, int], random: Random, language: str = "ru") -> str:
    """`40 × 30 × 12 см`"""
    sign = random.choice(("×", "х" if language == "ru" else "x", " × ", "*"))
    return sign.join(map(str, three)) + (" см" if language == "ru" else " cm")
