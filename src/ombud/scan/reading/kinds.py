"""What a value of each kind looks like: as SQL that gives the value or null, and as words for who must mend it."""

from __future__ import annotations

import re
import zoneinfo
from collections.abc import Iterable

from ombud.domain.codes import COUNTRIES, CURRENCIES, PAST_CURRENCIES
from ombud.domain.facts import Column, Kind
from ombud.domain.problems import N_, Place, Problem
from ombud.scan.reading.engine import quoted

FIRST_YEAR, LAST_YEAR = 1970, 2199
_MAX_ID = 255
_MAX_MINOR = 2**63 - 1

_DAY = r"(19[7-9][0-9]|20[0-9]{2}|21[0-9]{2})-[0-9]{2}-[0-9]{2}"
_TIME = r"([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]([.][0-9]{1,6})?"
_ZONE = r"(Z|[+-](0[0-9]|1[0-4])(:?[0-5][0-9])?)"
_INSTANT = f"{_DAY}[T ]{_TIME}{_ZONE}"
_OCTET = r"(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])"
_IPV4 = rf"({_OCTET}[.]){{3}}{_OCTET}"
_H = r"[0-9A-Fa-f]{1,4}"
_LAST = f"({_H}:{_H}|{_IPV4})"
# The grammar of RFC 3986, line by line.
_IPV6 = "|".join(
    [
        f"({_H}:){{6}}{_LAST}",
        f"::({_H}:){{5}}{_LAST}",
        *(f"(({_H}:){{0,{n}}}{_H})?::({_H}:){{{4 - n}}}{_LAST}" for n in range(5)),
        f"(({_H}:){{0,5}}{_H})?::{_H}",
        f"(({_H}:){{0,6}}{_H})?::",
    ]
)

SQL_TYPES: dict[Kind, str] = {
    Kind.INSTANT: "TIMESTAMPTZ",
    Kind.MONEY: "BIGINT",
    Kind.COUNT: "BIGINT",
    Kind.FRACTION: "DECIMAL(7,6)",
}
"""The types of a table's columns; all others are VARCHAR."""

_WHOLE = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT")
_TEXT = ("VARCHAR",)

EXPECTED: dict[Kind, str] = {
    Kind.ID: N_("Expected text of 1 to 255 characters, without line breaks and without spaces around it."),
    Kind.SLUG: N_("Expected lower-case letters, digits, `-`, `_` and `.`, as in ozon-logistics."),
    Kind.TEXT: N_("Expected text without zero bytes."),
    Kind.CHOICE: N_("Expected one of: {choices}."),
    Kind.INSTANT: N_("Expected an instant in UTC, 1970 to 2199: 2026-03-12T08:00:00Z."),
    Kind.MONEY: N_("Expected a whole number of minor units, not negative: 123450 for 1,234.50."),
    Kind.COUNT: N_("Expected a whole number, at least 1."),
    Kind.FRACTION: N_("Expected a decimal fraction from 0 to 1 with at most six digits: 0.15."),
    Kind.CURRENCY: N_("Expected a code of ISO 4217: RUB."),
    Kind.COUNTRY: N_("Expected a code of ISO 3166-1 alpha-2: RU."),
    Kind.TIMEZONE: N_("Expected an IANA time zone: Europe/Moscow."),
    Kind.ADDRESS: N_("Expected an IPv4 or IPv6 address."),
}


def sql_type(column: Column) -> str:
    """The SQL type of a table's column."""
    return SQL_TYPES.get(column.kind, "VARCHAR")


def code_types() -> Iterable[str]:
    """Statements that make the enumerations that `text_value` casts to: a hash look-up, where IN would be a walk."""
    zones = {zone for zone in zoneinfo.available_timezones() if zone not in {"localtime", "Factory", "posixrules"}}
    for name, codes in (
        ("currency", CURRENCIES | PAST_CURRENCIES),
        ("country", COUNTRIES),
        ("timezone", zones),
    ):
        yield f"CREATE TYPE checks.{name} AS ENUM ({', '.join(quoted(code) for code in sorted(codes))})"


def text_value(column: Column, x: str) -> str:
    """SQL: the value that the text `x` stands for; null where it stands for none."""
    match column.kind:
        case Kind.ID:
            # Nearly every id is plain ASCII, and the second pattern costs thirty times the first.
            plain = f"length({x}) <= {_MAX_ID} AND regexp_full_match({x}, '[!-~]+')"
            wide = f"length({x}) <= {_MAX_ID} AND regexp_full_match({x}, '[^\\pZ\\pC]([^\\pC]*[^\\pZ\\pC])?')"
            return f"CASE WHEN {plain} THEN {x} WHEN {wide} THEN {x} END"
        case Kind.SLUG:
            return f"CASE WHEN length({x}) <= {_MAX_ID} AND regexp_full_match({x}, '[a-z0-9._-]+') THEN {x} END"
        case Kind.TEXT:
            return f"CASE WHEN NOT contains({x}, chr(0)) THEN nullif({x}, '') END"
        case Kind.CHOICE:
            # Not IN: DuckDB makes a join of it, and a join does not keep the order of rows, which is their number.
            return f"CASE {x} {' '.join(f'WHEN {quoted(choice)} THEN {x}' for choice in column.choices)} END"
        case Kind.INSTANT:
            return f"CASE WHEN regexp_full_match({x}, {quoted(_INSTANT)}) THEN TRY_CAST({x} AS TIMESTAMPTZ) END"
        case Kind.MONEY:
            return f"CASE WHEN regexp_full_match({x}, '[0-9]+') THEN TRY_CAST({x} AS BIGINT) END"
        case Kind.COUNT:
            return f"CASE WHEN regexp_full_match({x}, '[0-9]+') THEN nullif(TRY_CAST({x} AS BIGINT), 0) END"
        case Kind.FRACTION:
            shape = quoted(r"0([.][0-9]{1,6})?|1([.]0{1,6})?")
            return f"CASE WHEN regexp_full_match({x}, {shape}) THEN TRY_CAST({x} AS DECIMAL(7,6)) END"
        case Kind.ADDRESS:
            return (
                f"CASE WHEN regexp_full_match({x}, {quoted(_IPV4)}) THEN {x} "
                f"WHEN regexp_full_match({x}, {quoted(_IPV6)}) THEN {x} END"
            )
        case Kind.CURRENCY | Kind.COUNTRY | Kind.TIMEZONE:
            return f"TRY_CAST({x} AS checks.{column.kind})::VARCHAR"


def typed_value(column: Column, x: str, duckdb_type: str) -> str | None:
    """SQL: the value that `x` of another type than text stands for; None where values of that type are refused."""
    match column.kind:
        case Kind.INSTANT if duckdb_type == "TIMESTAMP WITH TIME ZONE":
            first, end = f"TIMESTAMPTZ '{FIRST_YEAR}-01-01 00:00:00Z'", f"TIMESTAMPTZ '{LAST_YEAR + 1}-01-01 00:00:00Z'"
            return f"CASE WHEN {x} >= {first} AND {x} < {end} THEN {x} END"
        case Kind.MONEY if duckdb_type in _WHOLE:
            return f"CASE WHEN {x} >= 0 THEN TRY_CAST({x} AS BIGINT) END"
        case Kind.COUNT if duckdb_type in _WHOLE:
            return f"CASE WHEN {x} >= 1 THEN TRY_CAST({x} AS BIGINT) END"
        case Kind.FRACTION if duckdb_type in {*_WHOLE, "FLOAT", "DOUBLE"} or duckdb_type.startswith("DECIMAL"):
            # A binary fraction is never the decimal that was meant: the nearest of six digits is.
            near = f"abs({x}::DOUBLE - round({x}::DOUBLE, 6)) < 1e-9"
            return f"CASE WHEN {x} >= 0 AND {x} <= 1 AND {near} THEN TRY_CAST({x} AS DECIMAL(7,6)) END"
        case _:
            return None


def plain_value(column: Column, x: str, duckdb_type: str) -> str:
    """SQL: as `text_value` and `typed_value`, for values that are known to be right."""
    if duckdb_type == "VARCHAR":
        return f"nullif({x}, '')" if column.null else x
    return x if sql_type(column) == _names(duckdb_type) else f"CAST({x} AS {sql_type(column)})"


def _names(duckdb_type: str) -> str:
    return "TIMESTAMPTZ" if duckdb_type == "TIMESTAMP WITH TIME ZONE" else duckdb_type


def wanted_type(column: Column) -> str:
    """The type of a Parquet column, in its own words."""
    match column.kind:
        case Kind.INSTANT:
            return "timestamp[us, UTC]"
        case Kind.MONEY | Kind.COUNT:
            return "int64"
        case Kind.FRACTION:
            return "decimal(7, 6)"
        case _:
            return "string"


def explain(column: Column, said: str | None, place: Place) -> Problem:
    """What is wrong with the value `said` of `column`, and what was expected."""
    values: dict[str, object] = {"value": clipped(said or ""), "choices": ", ".join(column.choices)}
    expected = EXPECTED[column.kind]
    if said is None or not said:
        return Problem("empty_value", N_("The value is empty, and this column needs one."), values, place, expected)
    code, text = _what(column, said)
    return Problem(code, text, values, place, expected)


def clipped(said: str) -> str:
    """`said`, short enough for one line."""
    return said if len(said) <= 60 else said[:57] + "..."


def _what(column: Column, said: str) -> tuple[str, str]:
    if "\0" in said:
        return "zero_byte", N_("{value!r} holds a zero byte.")
    match column.kind:
        case Kind.INSTANT:
            return _what_of_instant(said)
        case Kind.MONEY | Kind.COUNT:
            if re.fullmatch(r"-[0-9]+([.,][0-9]+)*", said):
                return "negative", N_("{value!r} is negative.")
            if said.isascii() and said.isdigit() and int(said[:40]) > _MAX_MINOR:
                return "too_large", N_("{value!r} is larger than 64 bits hold.")
            return "no_whole_number", N_("{value!r} is no whole number.")
        case Kind.FRACTION:
            return "no_fraction", N_("{value!r} is no such fraction.")
        case Kind.ADDRESS:
            return "no_address", N_("{value!r} is no IP address.")
        case Kind.CHOICE:
            return "unknown_value", N_("{value!r} is not known here.")
        case Kind.CURRENCY:
            return "no_currency", N_("{value!r} is no currency.")
        case Kind.COUNTRY:
            return "no_country", N_("{value!r} is no country.")
        case Kind.TIMEZONE:
            return "no_timezone", N_("{value!r} is no time zone.")
        case _:
            return "no_id", N_("{value!r} cannot stand here.")


def _what_of_instant(said: str) -> tuple[str, str]:
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}", said):
        return "no_time", N_("{value!r} is a day without a time.")
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?", said):
        return "no_zone", N_("The instant {value!r} has no time zone.")
    if re.fullmatch(_INSTANT, said):
        return "no_such_day", N_("{value!r} is a day that no calendar has.")
    return "no_instant", N_("{value!r} is no instant.")
