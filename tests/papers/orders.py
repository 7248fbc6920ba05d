"""Invented orders: what the platform knows, which evidence is held against."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from ombud.domain.tracking_numbers import NumberFormat
from tests.papers import people

_DAY_ONE = datetime(2026, 4, 1, tzinfo=UTC)
_S10_WEIGHTS = (8, 6, 4, 2, 3, 5, 9, 7)


@dataclass(frozen=True, slots=True)
class Sold:
    """One order with its only parcel. Instants are aware, in UTC; `zone` is the seller's.

    name: the recipient as (family, first, father), or the whole name first on Shopify. messages: id -> (instant, who,
    text). other: the parcels of other orders, number -> order id.
    """

    platform: str
    order_id: str
    zone: str
    carrier: str
    number: str
    name: tuple[str, str, str]
    address: tuple[str, str, str]
    sender: tuple[str, str]
    goods: tuple[str, str]
    sku: str
    size: str
    colour: str
    grams: int
    sides_cm: tuple[int, int, int]
    amount_minor: int
    registered_at: datetime
    first_scan_at: datetime
    shipped_at: datetime
    ship_by: datetime
    delivered_at: datetime
    complaint: str = "not_received"
    messages: dict[str, tuple[datetime, str, str]] = field(default_factory=dict)
    other: dict[str, str] = field(default_factory=dict)

    @property
    def full_name(self) -> str:
        """The recipient as the platform writes it."""
        return " ".join(part for part in self.name if part)

    def local(self, at: datetime) -> datetime:
        """`at` by the seller's own clock."""
        return at.astimezone(ZoneInfo(self.zone))

    def row(self) -> dict[str, Any]:
        """The facts as `ombud.domain.conditions.holds` reads them."""
        russian = self.platform == "ozon"
        parcel = {
            "order_id": self.order_id,
            "tracking_number": self.number,
            "carrier": self.carrier,
            "service": "tracked",
            "registered_at": self.registered_at,
            "source": "api",
            "warehouse": None,
            "first_scan_at": self.first_scan_at,
            "destination_scan_at": self.first_scan_at,
            "delivered_at": self.delivered_at,
            "second_order_at": None,
            "broken_at": None,
            "broken_by": None,
        }
        order = {
            "order_id": self.order_id,
            "store_id": "shop",
            "buyer_id": "buyer",
            "status": "delivered",
            "gateway": "ozon" if russian else "shopify_payments",
            "currency": "RUB" if russian else "USD",
            "amount_minor": self.amount_minor,
            "shipping_minor": 0,
            "refunded_minor": 0,
            "category": None,
            "paid_at": self.registered_at - timedelta(hours=20),
            "ship_by": self.ship_by,
            "shipped_at": self.shipped_at,
            "delivered_at": self.delivered_at,
            "completed_at": None,
            "cancelled_at": None,
        }
        store = {
            "store_id": "shop",
            "platform": self.platform,
            "site": "ozon.ru" if russian else "shop.example",
            "country": "RU" if self.zone == "Europe/Moscow" else "CN",
            "verified_at": _DAY_ONE,
            "tier": None,
            "timezone": self.zone,
            "commission_rate": None,
        }
        line = {
            "order_id": self.order_id,
            "line": 1,
            "sku": self.sku,
            "quantity": 1,
            "price_minor": self.amount_minor,
            "kind": "physical",
        }
        complaint = {
            "complaint_id": f"c-{self.order_id}",
            "order_id": self.order_id,
            "kind": self.complaint,
            "opened_at": self.delivered_at + timedelta(days=2),
            "withdrawn_at": None,
            "media": "none",
        }
        facts: dict[str, dict[str, Any]] = {"order": order, "store": store, "parcel": parcel, "complaint": complaint}
        row: dict[str, Any] = {f"{fact}.{key}": value for fact, own in facts.items() for key, value in own.items()}
        row["line"] = [{f"line.{key}": value for key, value in line.items()}]
        row["parcel"] = [{f"parcel.{key}": value for key, value in parcel.items()}]
        return row

    def known(self) -> dict[str, Any]:
        """What else the platform knows, as `ombud.domain.judging.known.Known`; pictures of other cases left out."""
        channel = "platform" if self.platform == "ozon" else "inbox"
        return {
            "recipient": {"name": self.full_name, "address": ", ".join(self.address).replace("\n", ", ")},
            "messages": {
                name: {"channel": channel, "sent_at": at.isoformat()} for name, (at, _, _) in self.messages.items()
            },
            "messages_known": True,
            "numbers": dict(self.other),
        }


def sold(random: Random, *, platform: str = "ozon", carrier: str | None = None) -> Sold:
    """An order of `platform`, sent with `carrier` or with any that the papers have a design for."""
    russian = platform == "ozon"
    carrier = carrier or random.choice(CARRIERS[platform])
    zone = random.choice(("Europe/Moscow", "Asia/Shanghai")) if russian else "Asia/Shanghai"
    registered_at = _DAY_ONE + timedelta(minutes=random.randrange(60 * 24 * 60), seconds=random.randrange(60))
    registered_at = registered_at.replace(hour=random.randrange(3, 12))  # by daylight in both zones
    first_scan_at = registered_at + timedelta(minutes=random.randrange(2, 9), seconds=random.randrange(60))
    delivered_at = first_scan_at + timedelta(days=random.randrange(3, 12), minutes=random.randrange(300))
    in_russian, in_english, prefix = people.goods(random)
    english = random.choice(people.ENGLISH)
    order_id = _order_id(random, platform)
    return Sold(
        platform=platform,
        order_id=order_id,
        zone=zone,
        carrier=carrier,
        number=number(random, carrier),
        name=people.person(random) if russian else (english[0], "", ""),
        address=people.place(random) if russian else (english[1], "", ""),
        sender=people.seller(random),
        goods=(in_russian, in_english),
        sku=f"{prefix}-{random.randrange(1000, 99999)}",
        size=random.choice(("S", "M", "L", "XL", "42", "One size")),
        colour=random.choice(("Black", "Navy blue", "Sand", "White")),
        grams=random.choice((random.randrange(120, 990), random.randrange(1000, 9800))),
        sides_cm=(random.randrange(20, 60), random.randrange(15, 40), random.randrange(5, 30)),
        amount_minor=random.randrange(50_000, 900_000),
        registered_at=registered_at,
        first_scan_at=first_scan_at,
        shipped_at=registered_at + timedelta(minutes=random.randrange(1, 6)),
        ship_by=registered_at + timedelta(hours=random.randrange(6, 30)),
        delivered_at=delivered_at,
        complaint=random.choice(("not_received", "item_mismatch")),
        messages=_messages(random, delivered_at, russian=russian),
        other={number(random, carrier): _order_id(random, platform)},
    )


CARRIERS = {
    "ozon": ("cdek", "boxberry", "ozon-logistics", "russian-post"),
    "shopify": ("usps", "ups", "dhl"),
}


def number(random: Random, carrier: str) -> str:
    """A number of a form that the carrier gives out, its check digit right."""

    def digits(count: int) -> str:
        return str(random.randrange(1, 10)) + "".join(str(random.randrange(10)) for _ in range(count - 1))

    match carrier:
        case "cdek":
            return digits(10)
        case "boxberry":
            return "".join(random.choice("ABCDEKMRST") for _ in range(3)) + digits(9)
        case "ozon-logistics":
            return f"{digits(8)}-{digits(4)}-1"
        case "russian-post":
            return _checked("R" + random.choice("ABRC") + "{}RU", digits(8), "s10", "[A-Z]{2}", "RU")
        case "usps":
            return _checked("{}", "94" + digits(19), "mod10_31_from_end", "", "")
        case "ups":
            return _checked("1Z{}", "".join(random.choice("0123456789AEWXY") for _ in range(15)), "mod10_12", "1Z", "")
        case "dhl":
            return _checked("{}", digits(9), "mod7", "", "")
    raise ValueError(carrier)


def _checked(form: str, serial: str, scheme: Any, before: str, after: str) -> str:
    """The one of ten numbers whose check digit is right."""
    wanted = NumberFormat("", f"{before}(?P<serial>{serial})(?P<check>[0-9]){after}", scheme)
    return next(tried for last in range(10) if wanted.fits(tried := form.format(f"{serial}{last}")))


def wrong_check_digit(right: str) -> str:
    """The number with the digit beside it in the place of its check digit."""
    place = max(index for index, letter in enumerate(right) if letter.isdigit())
    return f"{right[:place]}{(int(right[place]) + 1) % 10}{right[place + 1 :]}"


def _order_id(random: Random, platform: str) -> str:
    if platform == "shopify":
        return str(random.randrange(1001, 99999))
    return f"{random.randrange(10**7, 10**8)}-{random.randrange(10**3, 10**4)}"


def _messages(random: Random, delivered_at: datetime, *, russian: bool) -> dict[str, tuple[datetime, str, str]]:
    words = _RUSSIAN_TALK if russian else _ENGLISH_TALK
    form = random.randrange(3)
    at, talk = delivered_at + timedelta(hours=20), {}
    for sender, text in words[: random.randrange(3, len(words) + 1)]:
        at += timedelta(minutes=random.randrange(3, 200))
        name = (
            str(UUID(int=random.getrandbits(128), version=4)),
            str(random.randrange(3 * 10**18, 4 * 10**18)),
            f"MSG-{random.randrange(10**9, 10**10)}",
        )[form]
        talk[name] = (at, sender, text)
    return talk


_RUSSIAN_TALK = (
    ("Покупатель", "Здравствуйте! Заказ отмечен как доставленный, но я его не получал."),
    ("Продавец", "Добрый день! Проверяем у перевозчика, пожалуйста, подождите немного."),
    ("Покупатель", "Хорошо, жду ответа до завтрашнего вечера."),
    ("Продавец", "Перевозчик сообщил, что посылку вручили вам лично под подпись. Прилагаем документы."),
    ("Покупатель", "Спасибо, уточню у домашних."),
)
_ENGLISH_TALK = (
    ("Buyer", "Hi, tracking says delivered but I have not received my order."),
    ("Seller", "Hello! We are checking with the carrier and will be back today."),
    ("Buyer", "Thank you, I will wait until tomorrow."),
    ("Seller", "The carrier says that it was handed over and signed for. The proof is attached."),
)
