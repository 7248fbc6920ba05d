"""An order as one JSON object, in the names of the facts: what evidence is checked against where there is no store.

    {"order": {"order_id": "o1", ...}, "store": {"timezone": "Asia/Shanghai"}, "violation": "not_shipped",
     "lines": [...], "parcels": [...], "messages": [...], "complaint": {...}, "recipient": {"name": "..."},
     "at": "2026-04-04T00:00:00Z"}

Only what names a row must be there; what is left out is not known. `docs/commands.md` has a whole one.
"""

from __future__ import annotations

import difflib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal, InvalidOperation
from ipaddress import ip_address
from typing import Any
from zoneinfo import available_timezones

from ombud.domain.codes import COUNTRIES, CURRENCIES, PAST_CURRENCIES
from ombud.domain.facts import COMPLAINTS, LINES, MESSAGES, ORDERS, PARCEL_COLUMNS, RECIPIENTS, STORES, Column, Kind
from ombud.domain.instants import format_instant, parse_instant
from ombud.domain.judging.known import Known
from ombud.domain.problems import N_, OmbudError, Place, Problem
from ombud.domain.rulebook import Rulebook

_OBJECTS = {
    "order": (ORDERS.columns, ("order_id",)),
    "store": (STORES.columns, ()),
    "complaint": (COMPLAINTS.columns, ()),
    "recipient": (RECIPIENTS.columns, ("name",)),
}
_LISTS = {
    "lines": (LINES.columns, ("sku",)),
    "parcels": (PARCEL_COLUMNS, ("carrier", "tracking_number")),
    "messages": (MESSAGES.columns, ("message_id", "channel", "sent_at")),
}
_WORDS = ("violation", "route", "at")
KEYS = (*_OBJECTS, *_LISTS, *_WORDS)
_LONGEST = 255
_MOST = 2**63 - 1
_DEEPEST_LINE = 200


@dataclass(frozen=True, slots=True)
class OrderFile:
    """row, known: as judging takes them. violation, route: what is asked for; both empty: nobody says. at: the instant
    that the case is opened at; None: now."""

    order_id: str
    row: Mapping[str, Any]
    known: Known
    violation: str = ""
    route: str = ""
    at: datetime | None = None


def read_order(text: str, book: Rulebook, *, file: str = "") -> OrderFile:
    """Reads such a file. Raises OmbudError with every fault and its place: `order.json, parcels[0].carrier`."""
    reading = _Reading(file)
    try:
        data = json.loads(text, object_pairs_hook=reading.once)
    except (ValueError, RecursionError) as error:
        place = Place(file, line=getattr(error, "lineno", None))
        reason = getattr(error, "msg", None) or type(error).__name__
        raise OmbudError(Problem("no_json", N_("This is no JSON: {reason}."), {"reason": reason}, place)) from None
    if not isinstance(data, dict):
        raise OmbudError(
            Problem(
                "no_order",
                N_("An order is one JSON object."),
                place=Place(file),
                mend=N_('Write {{"order": {{"order_id": "..."}}, "parcels": [...]}}.'),
            )
        )
    found = reading.order(data, book)
    if reading.problems:
        raise OmbudError(*reading.problems[:20], more=max(0, len(reading.problems) - 20))
    return found


@dataclass
class _Reading:
    file: str
    problems: list[Problem] = field(default_factory=list)

    def once(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        """An object whose keys stand once."""
        names = [name for name, _ in pairs]
        for name in sorted({name for name in names if names.count(name) > 1}):
            self.fault(name[:_DEEPEST_LINE], "twice", N_("{name!r} stands twice."), name=name)
        return dict(pairs)

    def order(self, data: dict[str, Any], book: Rulebook) -> OrderFile:
        """What the object says; whatever is wrong with it is in `problems`."""
        for name in [name for name in data if name not in KEYS]:
            self._unknown(name, name, KEYS)
        objects = {name: self._object(data, name) for name in _OBJECTS}
        lists = {name: self._list(data, name) for name in _LISTS}
        row: dict[str, Any] = {**_facts("store", objects["store"]), **_facts("order", objects["order"])}
        row |= {"line": [_facts("line", one) for one in lists["lines"]]}
        row |= {"parcel": [_facts("parcel", one) for one in lists["parcels"]]}
        row |= row["parcel"][0] if len(row["parcel"]) == 1 else {}
        row |= _facts("complaint", objects["complaint"]) if "complaint" in data else {}
        order_id = objects["order"].get("order_id")
        at = data.get("at")
        return OrderFile(
            order_id if isinstance(order_id, str) else "",
            row,
            self._known(data, objects["recipient"], lists["messages"]),
            self._named(data, "violation", book.under("evidence")),
            self._named(data, "route", book.under("routes")),
            self._value("at", Column("at", Kind.INSTANT), at) if at is not None else None,
        )

    def _known(self, data: Mapping[str, Any], recipient: Mapping[str, Any], messages: list[dict[str, Any]]) -> Known:
        known: Known = {}
        if recipient.get("name"):
            known["recipient"] = {"name": recipient["name"], "address": recipient.get("address")}
        if "messages" in data:
            whole = [one for one in messages if all(one.get(name) for name in _LISTS["messages"][1])]
            known["messages_known"] = True
            known["messages"] = {
                one["message_id"]: {"channel": one["channel"], "sent_at": format_instant(one["sent_at"])}
                for one in whole
            }
        return known

    def _object(self, data: Mapping[str, Any], name: str) -> dict[str, Any]:
        columns, needed = _OBJECTS[name]
        if data.get(name) is None:
            if name == "order":
                self.fault(name, "missing", N_("{name} is missing."), name=name)
            return {}
        return self._columns(name, data[name], columns, needed)

    def _list(self, data: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
        columns, needed = _LISTS[name]
        rows = data.get(name)
        if rows is None:
            return []
        if not isinstance(rows, list):
            self.fault(name, "no_list", N_("{name} is no list."), name=name)
            return []
        return [self._columns(f"{name}[{place}]", one, columns, needed) for place, one in enumerate(rows)]

    def _columns(self, at: str, found: object, columns: tuple[Column, ...], needed: tuple[str, ...]) -> dict[str, Any]:
        if not isinstance(found, dict):
            self.fault(at, "no_object", N_("{name} is no object."), name=at)
            return {}
        known = {column.name: column for column in columns}
        for name in [name for name in found if name not in known]:
            self._unknown(f"{at}.{name}", name, tuple(known))
        for name in [name for name in needed if found.get(name) is None]:
            self.fault(f"{at}.{name}", "missing", N_("{name} is missing."), name=name)
        return {
            name: self._value(f"{at}.{name}", column, found[name]) if found.get(name) is not None else None
            for name, column in known.items()
        }

    def _value(self, at: str, column: Column, value: object) -> Any:
        try:
            return _READ[column.kind](value, column)
        except (ValueError, TypeError, OverflowError, InvalidOperation):
            expected = _EXPECTED[column.kind]
            self.fault(at, "bad_value", N_("{value!r} is not what stands here."), mend=expected, value=value,
                       known=", ".join(column.choices))  # fmt: skip
        except OmbudError as error:
            self.problems += [
                Problem(one.code, one.text, one.values, Place(self.file, column=at), one.mend) for one in error.problems
            ]
        return None

    def _named(self, data: Mapping[str, Any], name: str, known: Mapping[str, object]) -> str:
        value = data.get(name)
        if value is None:
            return ""
        if not isinstance(value, str) or value not in known:
            self._unknown(name, str(value), tuple(known))
            return ""
        return value

    def _unknown(self, at: str, name: str, known: tuple[str, ...]) -> None:
        near = difflib.get_close_matches(name, known, n=3) or known
        self.fault(at, "unknown_name", N_("{name!r} is nothing that is known here."), mend=N_("Known: {known}."),
                   name=name[:_DEEPEST_LINE], known=", ".join(near))  # fmt: skip

    def fault(self, at: str, code: str, text: str, *, mend: str = "", **values: object) -> None:
        """One more thing that is wrong."""
        self.problems.append(Problem(code, text, values, Place(self.file, column=at), mend))


def _facts(fact: str, columns: Mapping[str, Any]) -> dict[str, Any]:
    return {f"{fact}.{name}": value for name, value in columns.items()}


def _text(value: object, column: Column) -> str:
    least = 0 if column.kind is Kind.TEXT else 1
    if not isinstance(value, str) or not least <= len(value) or "\x00" in value:
        raise ValueError
    if column.kind is not Kind.TEXT and (len(value) > _LONGEST or value != value.strip() or "\n" in value):
        raise ValueError
    return value


def _one_of(*known: Callable[[Column], frozenset[str] | tuple[str, ...] | set[str]]) -> Callable[[object, Column], str]:
    def read(value: object, column: Column) -> str:
        if not isinstance(value, str) or not any(value in one(column) for one in known):
            raise ValueError
        return value

    return read


def _whole(value: object, column: Column) -> int:
    least = 1 if column.kind is Kind.COUNT else 0
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= _MOST:
        raise ValueError
    return value


def _fraction(value: object, _: Column) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise TypeError
    found = Decimal(str(value))
    if not 0 <= found <= 1:
        raise ValueError
    return found


def _instant(value: object, _: Column) -> datetime:
    if not isinstance(value, str):
        raise TypeError
    return parse_instant(value)


def _address(value: object, _: Column) -> str:
    if not isinstance(value, str):
        raise TypeError
    return str(ip_address(value))


_READ: Mapping[Kind, Callable[[object, Column], Any]] = {
    Kind.ID: _text,
    Kind.SLUG: _text,
    Kind.TEXT: _text,
    Kind.CHOICE: _one_of(lambda column: column.choices),
    Kind.INSTANT: _instant,
    Kind.MONEY: _whole,
    Kind.COUNT: _whole,
    Kind.FRACTION: _fraction,
    Kind.CURRENCY: _one_of(lambda _: CURRENCIES, lambda _: PAST_CURRENCIES),
    Kind.COUNTRY: _one_of(lambda _: COUNTRIES),
    Kind.TIMEZONE: _one_of(lambda _: available_timezones()),
    Kind.ADDRESS: _address,
}
_EXPECTED: Mapping[Kind, str] = {
    Kind.ID: N_("Write a text of 1 to 255 characters in quotes."),
    Kind.SLUG: N_("Write a text of 1 to 255 characters in quotes."),
    Kind.TEXT: N_("Write a text in quotes."),
    Kind.CHOICE: N_("Known: {known}."),
    Kind.INSTANT: N_('Write "2026-03-12T08:00:00Z".'),
    Kind.MONEY: N_("Write a whole number of minor units: 123450 for 1,234.50."),
    Kind.COUNT: N_("Write a whole number from 1."),
    Kind.FRACTION: N_("Write a number from 0 to 1."),
    Kind.CURRENCY: N_('Write a code of ISO 4217: "RUB".'),
    Kind.COUNTRY: N_('Write a code of ISO 3166-1: "RU".'),
    Kind.TIMEZONE: N_('Write a name of the IANA database: "Europe/Moscow".'),
    Kind.ADDRESS: N_("Write an IPv4 or IPv6 address."),
}
