"""Papers of the demo's sellers, set in a moment: a waybill and a record of the warehouse for an order."""

from __future__ import annotations

import json
from datetime import datetime, timedelta

import typst

from ombud.store.models import Case, Parcel

_SHEET = """
#let data = json(bytes(sys.inputs.data))
#set page(paper: "a5", margin: 14mm, flipped: true)
#set text(size: 11pt)
#text(size: 17pt, weight: "bold")[#data.head]
#v(4mm)
#text(size: 14pt, weight: "bold")[#data.title]
#v(2mm)
#table(columns: (auto, 1fr), inset: 6pt, ..data.rows.flatten())
#v(3mm)
#text(size: 9pt)[#data.foot]
"""
_WAYBILL = {
    "ru": (
        "Транспортная накладная",
        ("Трек-номер", "Заказ", "Отправитель", "Получатель", "Вес", "Объём", "Принято"),
        "Подпись отправителя ______________",
    ),
    "en": (
        "Waybill",
        ("Tracking number", "Order", "Sender", "Recipient", "Weight", "Volume", "Accepted"),
        "Signature of the sender ______________",
    ),
}
_CARRIERS = {"cdek": "СДЭК", "boxberry": "Boxberry"}


def waybill(case: Case, made_at: datetime, language: str = "ru") -> bytes:
    """What the carrier hands over, as PDF."""
    title, labels, foot = _WAYBILL[language]
    parcel = Parcel.objects.filter(order=case.order).first()
    number = parcel.tracking_number if parcel else f"10{case.case_id:08d}"
    values = (number, case.order_id, "ООО «Люмен»", "Иванов Пётр Сергеевич", "1,2 кг", "0,004 м³", _minute(made_at))
    head = _CARRIERS.get(parcel.carrier if parcel else "", "СДЭК")
    return _pdf(head, f"{title} № {number}", list(zip(labels, values, strict=True)), foot, made_at)


def outbound(case: Case, made_at: datetime) -> bytes:
    """What the warehouse wrote when the goods left, as PDF."""
    rows = [
        ("Заказ", case.order_id),
        ("Время отгрузки", _minute(made_at)),
        ("Оператор", "WMS-0417, Ковалёв Е. Н."),
        ("Хеш фото", "9f2c71b0a4e85d3366c1d0e7fa1b2c3d4e5f60718293a4b5c6d7e8f901234567"),
    ]
    return _pdf("Складская запись WMS", "Запись об отгрузке", rows, "Сформировано автоматически", made_at)


def customs(case: Case, made_at: datetime) -> bytes:
    """What goods of a high value were declared by, as PDF."""
    rows = [
        ("Номер декларации", f"10005030/{made_at:%d%m%y}/3{case.case_id:06d}"),
        ("Дата регистрации", _minute(made_at)),
        ("Заказ", case.order_id),
        ("Отправитель", "ООО «Люмен»"),
        ("Получатель", "Иванов Пётр Сергеевич"),
        ("Описание товара", "Светильник настольный"),
        ("Вес брутто", "1,2 кг"),
    ]
    foot = "Выпуск товаров разрешён. Подпись декларанта ______________"
    return _pdf("Таможенный орган", "Декларация на товары", rows, foot, made_at)


def _minute(at: datetime) -> str:
    return f"{at + timedelta(hours=3):%d.%m.%Y %H:%M} МСК"


def _pdf(head: str, title: str, rows: list[tuple[str, str]], foot: str, made_at: datetime) -> bytes:
    data = json.dumps({"head": head, "title": title, "rows": rows, "foot": foot}, ensure_ascii=False)
    second = made_at.replace(microsecond=0)
    made: bytes = typst.compile(_SHEET.encode(), sys_inputs={"data": data}, format="pdf", timestamp=second)
    return made
