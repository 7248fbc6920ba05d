"""Every value of a CSV file is what its column says, or the error names line, column, value and what was expected."""

from __future__ import annotations

import ipaddress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ombud.domain.facts import TABLES
from ombud.domain.instants import parse_instant
from ombud.scan.folder import Facts
from tests.scan.facts_folder import good_rows, problems, reading, spoilt, the_problem, write_csv


def test_a_good_folder_gives_its_rows_with_their_types(tmp_path: Path) -> None:
    def types(facts: Facts) -> dict[str, str]:
        described = (
            facts.connection.execute("DESCRIBE orders").fetchall()
            + facts.connection.execute("DESCRIBE stores").fetchall()
        )
        return {str(row[0]): str(row[1]) for row in described}

    folder = write_csv(tmp_path, good_rows())
    assert reading(folder, lambda facts: facts.counts) == {
        "stores": 2,
        "orders": 3,
        "lines": 2,
        "parcels": 2,
        "scans": 2,
        "complaints": 1,
        "messages": 1,
        "recipients": 1,
    }
    found = reading(folder, types)
    assert found["order_id"] == "VARCHAR"
    assert found["paid_at"] == "TIMESTAMP WITH TIME ZONE"
    assert found["amount_minor"] == "BIGINT"
    assert found["commission_rate"] == "DECIMAL(7,6)"


def test_the_age_is_the_newest_instant_that_happened_and_not_a_planned_one(tmp_path: Path) -> None:
    folder = spoilt(tmp_path, "orders", ship_by="2027-01-01T00:00:00Z")
    assert reading(folder, lambda facts: facts.known_at) == parse_instant("2026-03-15T08:00:00Z")


def test_a_folder_without_rows_has_no_age(tmp_path: Path) -> None:
    folder = write_csv(tmp_path, {"stores": [], "orders": []})
    assert reading(folder, lambda facts: (facts.known_at, sum(facts.counts.values()))) == (None, 0)


@pytest.mark.parametrize("table", [name for name in TABLES if not TABLES[name].required])
def test_an_absent_optional_table_has_no_rows(tmp_path: Path, table: str) -> None:
    folder = write_csv(tmp_path, {name: rows for name, rows in good_rows().items() if TABLES[name].required})

    def columns(facts: Facts) -> list[str]:
        assert facts.connection.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,)
        return [str(row[0]) for row in facts.connection.execute(f"DESCRIBE {table}").fetchall()]

    assert reading(folder, columns) == [column.name for column in TABLES[table].columns]


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("2026-03-12T08:00:00Z", "2026-03-12T08:00:00Z"),
        ("2026-03-12 08:00:00Z", "2026-03-12T08:00:00Z"),
        ("2026-03-12T08:00:00.000001Z", "2026-03-12T08:00:00.000001Z"),
        ("2026-03-12T08:00:00+03:00", "2026-03-12T05:00:00Z"),
        ("2026-03-12T08:00:00+0300", "2026-03-12T05:00:00Z"),
        ("2026-03-12T08:00:00-03", "2026-03-12T11:00:00Z"),
        ("2024-02-29T00:00:00Z", "2024-02-29T00:00:00Z"),
    ],
)
def test_an_instant_with_a_zone_becomes_utc(tmp_path: Path, said: str, meant: str) -> None:
    folder = spoilt(tmp_path, "messages", sent_at=said)

    def micros(facts: Facts) -> object:
        return facts.connection.execute("SELECT epoch_us(sent_at) FROM messages").fetchall()[0][0]

    assert reading(folder, micros) == round(parse_instant(meant).timestamp() * 10**6)


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("2026-03-12T08:00:00", "no_zone"),
        ("2026-03-12 08:00", "no_zone"),
        ("2026-03-12", "no_time"),
        ("2026-02-31T08:00:00Z", "no_such_day"),
        ("2025-02-29T08:00:00Z", "no_such_day"),
        ("2026-03-12T24:00:00Z", "no_instant"),
        ("2026-03-12T08:00:60Z", "no_instant"),
        ("2026-03-12T08:00:00.1234567Z", "no_instant"),
        ("12.03.2026 08:00", "no_instant"),
        ("0001-01-01T00:00:00Z", "no_instant"),
        ("9999-12-31T23:59:59Z", "no_instant"),
        ("infinity", "no_instant"),
        ("epoch", "no_instant"),
        ("2026-03-12T08:00:00 Europe/Moscow", "no_instant"),
        ("1773302400", "no_instant"),
        ("now", "no_instant"),
    ],
)
def test_an_instant_without_zone_or_on_no_day_is_refused(tmp_path: Path, said: str, code: str) -> None:
    problem = the_problem(spoilt(tmp_path, "orders", paid_at=said))
    assert problem.code == code
    assert str(problem.place) == f"{tmp_path}/orders.csv:4, paid_at"
    assert repr(said) in problem.say()
    assert "2026-03-12T08:00:00Z" in problem.say()


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("1,234.50", "no_whole_number"),
        ("1234.50", "no_whole_number"),
        ("12.0", "no_whole_number"),
        ("1e3", "no_whole_number"),
        ("0x10", "no_whole_number"),
        ("1_000", "no_whole_number"),
        (" 12", "no_whole_number"),
        ("+12", "no_whole_number"),
        ("١٢", "no_whole_number"),
        ("-5", "negative"),
        ("-1,234.50", "negative"),
        ("9223372036854775808", "too_large"),
        ("99999999999999999999999999", "too_large"),
        ("", "empty_value"),
    ],
)
def test_money_is_a_whole_number_of_minor_units(tmp_path: Path, said: str, code: str) -> None:
    problem = the_problem(spoilt(tmp_path, "orders", amount_minor=said))
    assert problem.code == code
    assert str(problem.place) == f"{tmp_path}/orders.csv:4, amount_minor"
    assert "Expected a whole number of minor units" in problem.say()


@pytest.mark.parametrize("said", ["0", "007", "9223372036854775807"])
def test_money_may_be_all_that_64_bits_hold(tmp_path: Path, said: str) -> None:
    folder = spoilt(tmp_path, "orders", amount_minor=said)
    query = "SELECT amount_minor FROM orders WHERE order_id = 'O3'"
    assert reading(folder, lambda facts: facts.connection.execute(query).fetchone()) == (int(said),)


WRONG = [
    ("stores", "store_id", ""),
    ("stores", "store_id", " S2"),
    ("stores", "store_id", "S2 "),
    ("stores", "store_id", "S\n2"),
    ("stores", "store_id", "S\u200b2"),
    ("stores", "store_id", "S" * 256),
    ("stores", "platform", "Ozon"),
    ("stores", "platform", "ozon ru"),
    ("stores", "country", "China"),
    ("stores", "country", "cn"),
    ("stores", "country", "ZZ"),
    ("stores", "tier", "gold"),
    ("stores", "timezone", "Moscow"),
    ("stores", "timezone", "UTC+3"),
    ("stores", "timezone", "localtime"),
    ("stores", "commission_rate", "15"),
    ("stores", "commission_rate", "15%"),
    ("stores", "commission_rate", "0,15"),
    ("stores", "commission_rate", "0.1234567"),
    ("stores", "commission_rate", "-0.1"),
    ("stores", "commission_rate", "1.000001"),
    ("orders", "currency", "rub"),
    ("orders", "currency", "RUR"),
    ("orders", "currency", "XXX"),
    ("orders", "status", "Paid"),
    ("orders", "category", "a\0b"),
    ("lines", "quantity", "0"),
    ("lines", "line", "-1"),
    ("scans", "source_ip", "10.0.0.256"),
    ("scans", "source_ip", "10.0.0.01"),
    ("scans", "source_ip", "10.0.0"),
    ("scans", "source_ip", "1::2::3"),
    ("scans", "source_ip", "fe80::1%eth0"),
    ("messages", "text", ""),
    ("messages", "text", "a\0b"),
    ("messages", "sent_at", ""),
]


@pytest.mark.parametrize(("table", "column", "said"), WRONG)
def test_a_wrong_value_is_named_with_line_column_and_expectation(
    tmp_path: Path, table: str, column: str, said: str
) -> None:
    folder = spoilt(tmp_path, table, **{column: said})
    found = {str(problem.place): problem.say() for problem in problems(folder)}
    line = len(good_rows()[table]) + 1
    assert "xpected " in found[f"{tmp_path}/{table}.csv:{line}, {column}"]


RIGHT = [
    ("stores", "tier", ""),
    ("stores", "verified_at", ""),
    ("stores", "commission_rate", "0"),
    ("stores", "commission_rate", "1.000000"),
    ("stores", "timezone", "UTC"),
    ("stores", "timezone", "America/Sao_Paulo"),
    ("stores", "site", "магазин.рф"),
    ("orders", "buyer_id", "Иван Петров / 7"),
    ("orders", "currency", "HRK"),
    ("orders", "gateway", "shopify_payments"),
    ("orders", "category", 'with "quotes", commas\r\nand lines'),
    ("scans", "source_ip", "::1"),
    ("scans", "source_ip", "2001:db8::8a2e:370:7334"),
    ("scans", "source_ip", "::ffff:10.0.0.1"),
    ("scans", "source_ip", ""),
    ("scans", "country", "XK"),
    ("messages", "text", "不好意思\n还没收到"),
]


@pytest.mark.parametrize(("table", "column", "said"), RIGHT)
def test_a_right_value_arrives_as_it_was_written(tmp_path: Path, table: str, column: str, said: str) -> None:
    def values(facts: Facts) -> list[object]:
        cast = "" if column in {"category", "text"} else "::VARCHAR"
        return [row[0] for row in facts.connection.execute(f"SELECT {column}{cast} FROM {table}").fetchall()]

    found = reading(spoilt(tmp_path, table, **{column: said}), values)
    if column == "commission_rate":
        assert float(said) in [float(str(value)) for value in found]
    else:
        assert (said or None) in found


@settings(deadline=None)
@given(
    st.one_of(
        st.ip_addresses().map(str),
        st.ip_addresses(v=6).map(lambda address: address.exploded),
        st.from_regex(r"\A[0-9a-f:]{2,40}\Z"),
        st.from_regex(r"\A[0-9a-f:]{0,20}::?[0-9.]{7,15}\Z"),
        st.from_regex(r"\A([0-9]{1,3}\.){3}[0-9]{1,3}\Z"),
    )
)
def test_an_address_is_one_where_the_standard_library_says_so(said: str) -> None:
    import duckdb

    from ombud.domain.facts import SCANS
    from ombud.scan.reading.kinds import text_value

    column = SCANS.column("source_ip")
    assert column
    row = duckdb.execute(f"SELECT {text_value(column, 'x')} FROM (SELECT ? AS x)", [said]).fetchone()
    try:
        ipaddress.ip_address(said)
        right = True
    except ValueError:
        right = False
    assert row == (said if right else None,)


def test_twenty_problems_are_told_and_the_rest_is_counted(tmp_path: Path) -> None:
    from ombud.domain.problems import OmbudError
    from ombud.scan.folder import read_facts

    rows = good_rows()
    rows["messages"] = [rows["messages"][0] | {"message_id": f"M{n}", "sent_at": "soon"} for n in range(50)]
    with pytest.raises(OmbudError) as refused, read_facts(write_csv(tmp_path, rows)):
        pass
    lines = [problem.place.line for problem in refused.value.problems if problem.place]
    assert lines == list(range(2, 22))
    assert refused.value.more == 30


def test_problems_come_in_the_order_of_tables_lines_and_columns(tmp_path: Path) -> None:
    rows = good_rows()
    rows["scans"][0] |= {"code": "lost"}
    rows["orders"][1] |= {"paid_at": "x", "currency": "x"}
    rows["orders"][0] |= {"status": "x"}
    found = [str(problem.place).removeprefix(f"{tmp_path}/") for problem in problems(write_csv(tmp_path, rows))]
    assert found == ["orders.csv:2, status", "orders.csv:3, currency", "orders.csv:3, paid_at", "scans.csv:2, code"]
