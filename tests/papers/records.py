"""The other papers of an Ozon case: outbound records, delivery slips, messages, customs declarations, translations."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

from tests.papers import people, sheets, words
from tests.papers.orders import Sold
from tests.papers.sheets import Block, Sheet

MOSCOW = ZoneInfo("Europe/Moscow")


@dataclass(frozen=True, slots=True)
class Record:
    """What an outbound record says; what is empty is left out with its label."""

    time: str
    operator: str
    photo_hash: str
    number: str


def record(order: Sold, random: Random, *, at: datetime | None = None) -> Record:
    """An honest one, made `at` (when the order was marked shipped)."""
    at = at or order.shipped_at - timedelta(seconds=random.randrange(60))
    local, offset = order.local(at), f"{order.local(at):%z}"
    time = random.choice(
        (
            f"{local:%Y-%m-%d %H:%M:%S}",
            f"{local:%Y-%m-%dT%H:%M:%S}{offset[:3]}:{offset[3:]}",
            f"{local:%d.%m.%Y %H:%M:%S}",
        )
    )
    operator = random.choice(("WH-{:04}", "OP{:03}", "{:05}", "RU-SKL-{:03}")).format(random.randrange(1, 999))
    return Record(time, operator, hashlib.sha256(order.number.encode()).hexdigest(), order.number)


def outbound(order: Sold, said: Record, random: Random) -> Sheet:
    """As a warehouse system prints it: a card of pairs, or a table of steps below them."""
    rows = [
        ("Заказ", order.order_id),
        ("Трек-номер", said.number),
        (random.choice(("Дата и время записи", "Время записи", "Дата и время отгрузки")), said.time),
        (random.choice(("ID оператора", "Код оператора", "Идентификатор оператора")), said.operator),
        (
            random.choice(("Хеш фото посылки (SHA-256)", "Хэш фотографии посылки", "SHA-256 фото посылки")),
            said.photo_hash,
        ),
        ("Склад", "Склад № 4, зона отгрузки Б"),
    ]
    shown = [row for row in rows if row[1]]
    goods = sheets.table(("Артикул", "Наименование", "Кол-во"), [(order.sku, order.goods[0], "1")], (2, 4, 1))
    style = random.choice(("pale", "inline", "ruled"))
    blocks = [
        sheets.title(random.choice(("Запись об отгрузке", "Акт отгрузки со склада", "Запись об исходящей отгрузке"))),
        sheets.note("Система управления складом. Запись сформирована автоматически."),
        sheets.pairs(shown, style, weight=random.choice(("regular", "bold"))),
        sheets.heading("Состав отгрузки"),
        goods,
        sheets.note("Посылка взвешена, сфотографирована и передана перевозчику. Запись изменению не подлежит."),
    ]
    # A mono-spaced letter would break the hash over two lines of a narrow cell, as some systems do.
    return Sheet("Запись об отгрузке", blocks, font=random.choice(sheets.FONTS[:2]), tint="#37474f", size=9.5)


def slip(
    order: Sold,
    random: Random,
    *,
    number: str | None = None,
    signed: bool = True,
    recipient: str | None = None,
    at: datetime | None = None,
) -> Sheet:
    """The courier's receipt that the parcel was handed over."""
    local = (at or order.delivered_at - timedelta(seconds=random.randrange(200))).astimezone(MOSCOW)
    index, town, street = order.address
    courier = people.written(people.person(random), random)
    rows = [
        ("Номер отправления", number or order.number),
        ("Заказ", order.order_id),
        ("Получатель", recipient or people.written(order.name, random)),
        ("Адрес доставки", f"{index}, {town}, {street}"),
        (
            random.choice(("Дата и время вручения", "Вручено", "Дата и время доставки")),
            words.moment(local, random, zone="МСК"),
        ),
        ("Курьер", courier),
    ]
    names = {"cdek": "СДЭК", "boxberry": "Boxberry", "ozon-logistics": "OZON Логистика", "russian-post": "ПОЧТА РОССИИ"}
    blocks = [
        sheets.carrier(names[order.carrier], "Отдел доставки"),
        sheets.title(
            random.choice(("Расписка в получении", "Акт вручения отправления", "Расписка о вручении")), centred=True
        ),
        sheets.barcode(number or order.number, drawn=random.random() < 0.5),
        sheets.pairs(rows, random.choice(("ruled", "inline", "pale"))),
        sheets.text("Отправление получено в целости, претензий к внешнему виду упаковки и к срокам доставки не имею."),
        sheets.gap(4),
        sheets.sign("Подпись получателя", random if signed else None),
        sheets.sign("Подпись курьера", random if signed else None, courier if random.random() < 0.5 else ""),
    ]
    return Sheet("Расписка в получении", blocks, font=random.choice(sheets.FONTS), tint="#1f7a3d")


def messages(order: Sold, random: Random, *, ids: bool = True, unknown: str = "", outside: str = "") -> Sheet:
    """The export of a conversation. unknown: an id in the place of the last. outside: another messenger's name."""
    talk = list(order.messages.items())
    rows, blocks = [], []
    for index, (name, (at, who, said)) in enumerate(talk):
        shown = unknown if unknown and index == len(talk) - 1 else name
        rows.append((shown if ids else "", f"{order.local(at):%d.%m.%Y %H:%M:%S}", who, said))
    head: list[Block] = [
        sheets.title(f"Переписка с покупателем {outside}".strip()),
        sheets.pairs([("Заказ", order.order_id), ("Канал", outside or "Чат площадки Ozon")]),
    ]
    if random.random() < 0.5 and not outside:
        columns = ("message_id", "Время", "Отправитель", "Сообщение")
        blocks = [
            sheets.table(
                columns[0 if ids else 1 :], [row[0 if ids else 1 :] for row in rows], (4, 2.4, 2, 5)[0 if ids else 1 :]
            )
        ]
    else:
        for name, time, who, said in rows:
            blocks.append(
                sheets.boxed(
                    sheets.note(f"{time}  {who}" + (f"\nmessage_id: {name}" if ids else "")), sheets.text(said)
                )
            )
    ending = sheets.note(
        "Выгрузка переписки сформирована в личном кабинете продавца и содержит все сообщения по заказу."
    )
    return Sheet(
        "Переписка", [*head, *blocks, *([] if outside else [ending])], font=random.choice(sheets.FONTS[:2]), size=9
    )


def customs(order: Sold, random: Random, *, numbered: bool = True) -> Sheet:
    """A declaration for goods."""
    day = order.registered_at.astimezone(MOSCOW)
    number = f"{random.choice(('10005030', '10702070', '10131010'))}/{day:%d%m%y}/{random.randrange(3000000, 3999999)}"
    rows = [
        ("Номер декларации", number),
        ("Дата регистрации", words.moment(day, random)),
        ("Отправитель (экспортёр)", order.sender[1]),
        ("Получатель", people.written(order.name, random)),
        ("Описание товара", order.goods[0]),
        ("Вес брутто", words.weight(order.grams, random)),
        ("Страна отправления", "Китай"),
        ("Таможенная стоимость", f"{order.amount_minor // 100} руб."),
    ]
    blocks = [
        sheets.title("Декларация на товары", centred=True),
        sheets.pairs([row for row in rows if numbered or row[0] != "Номер декларации"], "ruled"),
        sheets.text("Выпуск товаров разрешён. Сведения декларации проверены должностным лицом таможенного органа."),
        sheets.beside(
            [sheets.sign("Подпись декларанта", random)], [sheets.stamp("ТАМОЖНЯ", "ВЫПУСК РАЗРЕШЁН")], widths=(3, 1)
        ),
    ]
    return Sheet("Декларация на товары", blocks, font=random.choice(sheets.FONTS), size=9.5)


def translation(
    order: Sold, random: Random, *, notary: bool = True, certified: bool = True, signed: bool = True
) -> Sheet:
    """A translation from Chinese with its original, the translator's words and the notary's."""
    day = order.registered_at.astimezone(MOSCOW)
    translator, official = (
        people.written(people.person(random), Random(1)),
        people.written(people.person(random), Random(0)),
    )
    own = [
        ("Номер накладной", order.number),
        ("Получатель", people.written(order.name, random)),
        ("Вес", words.weight(order.grams, random)),
    ]
    blocks: list[Block] = [
        sheets.title("Перевод с китайского языка на русский язык", centred=True),
        sheets.heading("Транспортная накладная"),
        sheets.pairs([*own, ("Дата и время приёма", words.moment(order.local(order.first_scan_at), random))]),
        sheets.text("Груз принят к перевозке. Упаковка целая, пломба не нарушена, вложение соответствует описи."),
        sheets.heading("Оригинал"),
        sheets.text(f"运单编号：{order.number}。{_ORIGINAL}"),
        sheets.text(
            f"Перевод с китайского языка на русский язык выполнен переводчиком: {translator}."
            + (f" Диплом переводчика серия ПП № {random.randrange(100000, 999999)}." if certified else "")
        ),
        sheets.sign("Подпись переводчика", random if signed else None),
    ]
    registered = f"77/{random.randrange(10, 999)}-н/77-2026-{random.randrange(1, 9)}-{random.randrange(100, 999)}"
    if notary:
        blocks += [
            sheets.text(
                f"Город Москва, {words.day(day)} Я, {official}, нотариус города Москвы, свидетельствую подлинность "
                f"подписи, сделанной переводчиком {translator}. Личность подписавшего документ установлена.\n"
                f"Зарегистрировано в реестре: № {registered}."
            ),
            sheets.beside(
                [sheets.sign("Нотариус", random if signed else None, official)],
                [sheets.stamp("НОТАРИУС", "ГОРОДА МОСКВЫ")],
                widths=(3, 1),
            ),
        ]
    return Sheet("Перевод", blocks, font=random.choice(sheets.FONTS[:2]), size=10)


def unrelated(random: Random) -> Sheet:
    """A Russian document that is no evidence of a delivery: a price list, or minutes of a meeting."""
    if random.random() < 0.5:
        goods = [(str(index), people.goods(random)[0], f"{random.randrange(300, 9000)},00") for index in range(1, 13)]
        body: list[Block] = [
            sheets.title("Прайс-лист на летний ассортимент"),
            sheets.text(
                "Цены указаны в рублях с учётом налога и действуют до конца квартала. Предложение не является офертой."
            ),
            sheets.table(("№", "Наименование", "Цена"), goods, (1, 6, 2)),
        ]
    else:
        body = [
            sheets.title("Протокол собрания трудового коллектива"),
            sheets.text(
                "Присутствовали двенадцать человек. Слушали отчёт заведующего о подготовке помещений к зиме и о "
                "графике отпусков. Выступили трое. Постановили: отчёт принять к сведению, график отпусков утвердить.\n"
                "Голосовали единогласно. Следующее собрание назначено на осень."
            ),
        ]
    return Sheet("Документ", body, font=random.choice(sheets.FONTS))


_ORIGINAL = (
    "寄件人：深圳市华强贸易有限公司。货物已收寄，包装完好，封条完整，内件与清单相符。"
    "重量及件数与清单一致。收件人地址见附页，运费已付清。"
)
