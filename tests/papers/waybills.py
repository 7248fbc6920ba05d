"""Waybills of four invented designs, such as carriers of these names might use; none is copied."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

from tests.papers import people, sheets, words
from tests.papers.orders import Sold
from tests.papers.sheets import Block, Sheet

MOSCOW = ZoneInfo("Europe/Moscow")


@dataclass(frozen=True, slots=True)
class Written:
    """What stands on a waybill; what is empty is left out with its label. `by_hand`: signed. `code`: in the barcode,
    which is left out where it is empty. bilingual: the labels are in English too, and the text in English alone."""

    number: str
    code: str
    sender: str
    recipient: str
    address: str
    weight: str
    volume: str
    sides: str
    goods: str
    accepted: str
    planned: str
    order_id: str
    language: str = "ru"
    logo: bool = True
    by_hand: bool = True
    bilingual: bool = False


def written(order: Sold, random: Random, *, at: datetime | None = None, language: str = "ru") -> Written:
    """What an honest waybill of `order` says, accepted `at` (when the carrier scanned it first)."""
    at = at or order.first_scan_at - timedelta(seconds=random.randrange(100))
    zone, local = _clock(at, order, random)
    index, town, street = order.address
    recipient, address = (
        people.written(order.name, random),
        random.choice(
            (
                f"{index}, {town}, {street}",
                f"{town}, {street}, {index}",
                f"{index}, {town},\n{street}",
                f"{town}\n{street}",
            )
        ),
    )
    sender, goods = order.sender[1], order.goods[0]
    if language != "ru":
        address, sender = words.PLACES[language]
        recipient, goods = {"en": ("Ivanov Ivan", order.goods[1]), "zh": ("伊万诺夫·伊万", "日用百货")}[language]
    return Written(
        number=order.number,
        code=order.number,
        sender=sender,
        recipient=recipient,
        address=address,
        weight=words.weight(order.grams, random, language),
        volume=words.volume(order.sides_cm, random, language),
        sides=words.sides(order.sides_cm, random, language),
        goods=goods,
        accepted=words.moment(local, random, zone=zone) if language == "ru" else f"{local:%Y-%m-%d %H:%M:%S}",
        planned=f"{local + timedelta(days=7):%d.%m.%Y}",
        order_id=order.order_id,
        language=language,
    )


def _clock(at: datetime, order: Sold, random: Random) -> tuple[str, datetime]:
    """The zone that is written out, and the clock. A paper printed in Russia goes by Moscow and need not say so."""
    if order.zone == "Europe/Moscow" or random.random() < 0.15:
        return random.choice(("", "", "МСК", "(МСК)", "(UTC+3)")), at.astimezone(MOSCOW)
    return random.choice(("", "(UTC+8)")), order.local(at)


def sheet(said: Written, carrier: str, random: Random) -> Sheet:
    """The waybill in the design of `carrier`."""
    label = dict(words.WAYBILL[said.language])
    if said.bilingual:
        label = {key: f"{words.WAYBILL['en'][key]} / {text}" for key, text in label.items()}
        label["terms"] = words.WAYBILL["en"]["terms"]
    made = _DESIGNS[carrier](said, label, random)
    kept = tuple(block for block in made.blocks if said.logo or block["kind"] != "carrier")
    font = (
        sheets.CHINESE
        if said.language == "zh"
        else random.choice(sheets.FONTS if carrier != "ozon-logistics" else sheets.FONTS[:2])
    )
    return replace(made, blocks=kept, language=said.language, font=font, size=made.size + random.choice((-0.5, 0, 0.5)))


def _sender_side(said: Written, label: dict[str, str]) -> list[tuple[str, str]]:
    return [(label["sender"], said.sender)] if said.sender else []


def _recipient_side(said: Written, label: dict[str, str]) -> list[tuple[str, str]]:
    rows = [(label["recipient"], said.recipient), (label["address"], said.address)]
    return [row for row in rows if row[1]]


def _measures(said: Written, label: dict[str, str]) -> list[tuple[str, str]]:
    rows = [(label["weight"], said.weight), (label["volume"], said.volume)]
    if said.weight:
        rows.append((label["sides"], said.sides))
    return [row for row in rows if row[1]]


def _code(said: Written, random: Random, **how: object) -> list[Block]:
    drawn = random.random() < 0.6
    return [sheets.barcode(said.code, drawn=drawn, **how)] if said.code else []  # type: ignore[arg-type]


def _signed(said: Written, random: Random) -> Random | None:
    return random if said.by_hand else None


def _green(said: Written, label: dict[str, str], random: Random) -> Sheet:
    """Two columns of boxes under a wide head."""
    sender, recipient = _sender_side(said, label), _recipient_side(said, label)
    blocks = [
        sheets.carrier(
            "СДЭК" if said.language == "ru" else "CDEK",
            "Курьерская служба доставки · cdek.ru" if said.language == "ru" and not said.bilingual else "cdek.ru",
        ),
        sheets.title(f"{label['waybill']} № {said.number}"),
        *_code(said, random, shown=random.random() < 0.5),
        sheets.pairs([(label["order"], said.order_id), (label["accepted"], said.accepted)]),
        sheets.beside(
            [sheets.boxed(sheets.pairs(sender, weight="bold"))] if sender else [],
            [sheets.boxed(sheets.pairs(recipient, weight="bold"))] if recipient else [],
        ),
        sheets.pairs(
            [(label["goods"], said.goods), (label["places"], "1"), *_measures(said, label)], "pale", columns=1
        ),
        sheets.pairs([(label["planned"], said.planned)]),
        sheets.note(label["terms"]),
        sheets.sign(label["signed"], _signed(said, random)),
    ]
    return Sheet(label["waybill"], blocks, tint="#1f7a3d", size=10)


def _red(said: Written, label: dict[str, str], random: Random) -> Sheet:
    """One ruled table with everything."""
    rows = [
        (label["track"], said.number),
        (label["order"], said.order_id),
        *_sender_side(said, label),
        *_recipient_side(said, label),
        (label["goods"], said.goods),
        *_measures(said, label),
        (label["accepted"], said.accepted),
        (label["planned"], said.planned),
    ]
    named = "Boxberry"
    head = sheets.carrier(
        named, "Доставка посылок по России" if said.language == "ru" and not said.bilingual else "Parcels", radius=4
    )
    blocks = [
        head,
        sheets.title(words.TITLES[said.language][1], centred=True),
        sheets.pairs(rows, "ruled", weight=random.choice(("bold", "regular"))),
        *_code(said, random, format=random.choice(("QRCode", "Code128")), height=22),
        sheets.note(label["terms"]),
        sheets.sign(label["signed"], _signed(said, random), random.choice(("", "Ковалёв Е. Н."))),
        sheets.sign(label["courier"], _signed(said, random)),
    ]
    return Sheet(label["waybill"], blocks, tint="#c3123f", size=10.5)


def _blue(said: Written, label: dict[str, str], random: Random) -> Sheet:
    """A label of A6, the code on top, labels above their values."""
    parties = [*_recipient_side(said, label), *_sender_side(said, label)]
    blocks = [
        sheets.carrier("OZON Логистика" if said.language == "ru" else "OZON Logistics", label["waybill"], radius=2),
        *_code(said, random, height=12),
        sheets.pairs([(label["number"], said.number)], "above"),
        sheets.rule(),
        *([sheets.pairs(parties, "above")] if parties else []),
        sheets.rule(),
        sheets.pairs([*_measures(said, label), (label["accepted"], said.accepted)], "above", columns=2),
        sheets.pairs([(label["goods"], said.goods)], "above"),
        sheets.sign(label["signed"], _signed(said, random)),
    ]
    return Sheet(label["waybill"], blocks, tint="#0b57d0", size=9, paper="a5", margin=9)


def _post(said: Written, label: dict[str, str], random: Random) -> Sheet:
    """A form of an office: dotted lines, addresses from and to, a stamp with the day."""
    came = {"ru": ("От кого", "Кому", "Куда"), "en": ("From", "To", "Where"), "zh": ("寄件人", "收件人", "地址")}
    names = (
        came[said.language]
        if not said.bilingual
        else tuple(f"{a} / {b}" for a, b in zip(came["en"], came["ru"], strict=True))
    )
    parties = [(names[0], said.sender), (names[1], said.recipient), (names[2], said.address)]
    title = words.TITLES[said.language][3]
    blocks = [
        sheets.beside(
            [sheets.carrier("ПОЧТА РОССИИ" if said.language == "ru" else "RUSSIAN POST", "ф. 7-п", radius=0)]
            if said.logo
            else [],
            [sheets.note(f"{label['order']} {said.order_id}")],
        ),
        sheets.title(title),
        *_code(said, random, height=16),
        sheets.pairs([(label["number"], said.number)]),
        sheets.pairs([row for row in parties if row[1]], "dots"),
        sheets.pairs([*_measures(said, label), (label["price"], "1 000,00")], "dots"),
        sheets.pairs([(label["goods"], said.goods)], "dots"),
        sheets.pairs([(label["accepted"], said.accepted)]),
        sheets.note(label["terms"]),
        sheets.beside(
            [sheets.sign(label["signed"], _signed(said, random))],
            [sheets.stamp("ПОЧТА" if said.language == "ru" else "POST", said.planned)],
            widths=(3, 1),
        ),
    ]
    return Sheet(title, blocks, tint="#1c4fa0", size=10)


_DESIGNS: dict[str, Callable[[Written, dict[str, str], Random], Sheet]] = {
    "cdek": _green,
    "boxberry": _red,
    "ozon-logistics": _blue,
    "russian-post": _post,
}
