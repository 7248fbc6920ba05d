"""Dates as Russian, Chinese and English papers write them; what is no date is none."""

from __future__ import annotations

import pytest

from ombud.inspect.reading import times
from tests.inspect.lines import read, values


def _iso(text: str, day_first: bool | None = None) -> list[str]:
    return [found.iso for found in times.find(text, day_first=day_first)]


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("12.03.2026", "2026-03-12"),
        ("12.03.2026 08:15", "2026-03-12T08:15:00"),
        ("12.03.2026, 08:15:22", "2026-03-12T08:15:22"),
        ("12.03.2026  08:15", "2026-03-12T08:15:00"),
        ("12.3.2026 в 8:15", "2026-03-12T08:15:00"),
        ("08:15 12.03.2026", "2026-03-12T08:15:00"),
        ("12.03.26 08:15", "2026-03-12T08:15:00"),
        ("12. 03. 2026", "2026-03-12"),
        ("12 марта 2026 г. 08:15", "2026-03-12T08:15:00"),
        ("12 марта 2026 года в 08:15", "2026-03-12T08:15:00"),
        ("«12» марта 2026 г., 08:15", "2026-03-12T08:15:00"),
        ('"12" марта 2026', "2026-03-12"),
        ("5 мая 2026", "2026-05-05"),
        ("1 янв. 2026", "2026-01-01"),
        ("2026年3月12日 08:15", "2026-03-12T08:15:00"),
        ("2026年3月12日下午3:15", "2026-03-12T15:15:00"),
        ("2026年03月12日8时15分", "2026-03-12T08:15:00"),
        ("2026年3月12日晚上11点05分30秒", "2026-03-12T23:05:30"),
        ("2026-03-12", "2026-03-12"),
        ("2026-03-12 08:15:22", "2026-03-12T08:15:22"),
        ("2026-03-12T08:15:22.123Z", "2026-03-12T08:15:22Z"),
        ("2026-03-12T08:15:22-05:00", "2026-03-12T08:15:22-05:00"),
        ("2026-03-12 08:15:22+03:00", "2026-03-12T08:15:22+03:00"),
        ("2026-03-12 08:15 UTC+8", "2026-03-12T08:15:00+08:00"),
        ("2026-03-12 08:15 (GMT+08:00)", "2026-03-12T08:15:00+08:00"),
        ("2026-03-12 08:15 GMT", "2026-03-12T08:15:00Z"),
        ("2026-03-1208:15:30", "2026-03-12T08:15:30"),
        ("2026/3/5 8:15", "2026-03-05T08:15:00"),
        ("2026.03.12", "2026-03-12"),
        ("12.03.2026 08:15 МСК", "2026-03-12T08:15:00+03:00"),
        ("12.03.2026 08:15 (MSK)", "2026-03-12T08:15:00+03:00"),
        ("12.03.2026 08:15 МСК+2", "2026-03-12T08:15:00+05:00"),
        ("2026-03-12 08:15 北京时间", "2026-03-12T08:15:00+08:00"),
        ("Mar 12, 2026 8:15 AM", "2026-03-12T08:15:00"),
        ("March 12th, 2026 at 12:05 p.m.", "2026-03-12T12:05:00"),
        ("12 Mar 2026, 12:05 AM", "2026-03-12T00:05:00"),
        ("12th of March 2026", "2026-03-12"),
        ("Дата: 12.03.2026 Время: 08:15", "2026-03-12T08:15:00"),
        ("29.02.2028", "2028-02-29"),
    ],
)
def test_a_date_is_read_with_its_time_of_day_and_its_offset(text: str, iso: str) -> None:
    assert _iso(text) == [iso]


@pytest.mark.parametrize(
    "text",
    [
        "1503.96",
        "Итого 1996.50 руб.",
        "1 503,96",
        "31.02.2026",
        "29.02.2026",
        "00.03.2026",
        "12.13.2026",
        "2026-13-01",
        "12.03.1996",
        "12.03.2126",
        "1.12.03.2026",
        "192.168.20.26",
        "20260312",
        "марта 2026",
        "08:15",
        "версия 2026.1",
        "10013160/120326/0001234",
        "12/2026",
        "120.03.2026",
        "",
    ],
)
def test_what_no_calendar_has_or_no_paper_means_is_no_date(text: str) -> None:
    assert _iso(text) == []


@pytest.mark.parametrize("text", ["12.03.2026 25:00", "12.03.2026 08:61", "12.03.2026 1:2"])
def test_a_clock_that_cannot_be_leaves_the_day(text: str) -> None:
    assert _iso(text) == ["2026-03-12"]


def test_from_and_to_are_two_days_and_the_end_of_a_span_of_hours_is_no_offset() -> None:
    assert _iso("12.03.2026-15.03.2026") == ["2026-03-12", "2026-03-15"]
    assert _iso("2026-03-12 08:15-08:45") == ["2026-03-12T08:15:00"]


@pytest.mark.parametrize(
    ("text", "day_first", "iso", "confidence"),
    [
        ("03/12/2026", None, "2026-12-03", 0.5),
        ("03/12/2026", True, "2026-12-03", 1.0),
        ("03/12/2026", False, "2026-03-12", 1.0),
        ("13/03/2026", None, "2026-03-13", 1.0),
        ("03/13/2026", True, "2026-03-13", 1.0),
        ("12/12/2026", None, "2026-12-12", 1.0),
        ("12.03.26", None, "2026-03-12", 0.6),
    ],
)
def test_a_day_that_may_be_a_month_is_a_doubt_until_something_tells(
    text: str, day_first: bool | None, iso: str, confidence: float
) -> None:
    (found,) = times.find(text, day_first=day_first)
    assert (found.iso, found.confidence) == (iso, confidence)


def test_another_date_of_the_document_tells_which_is_the_day() -> None:
    assert values(read("Invoice 03/25/2026", "Paid 03/12/2026"), "time") == ["2026-03-25", "2026-03-12"]
    assert values(read("Invoice 25/03/2026", "Paid 03/12/2026"), "time") == ["2026-03-25", "2026-12-03"]


def test_a_document_in_russian_writes_the_day_first() -> None:
    (said,) = [one for one in read("Накладная составлена 03/12/2026") if one.field == "time"]
    assert (said.value, said.confidence) == ("2026-12-03", 1.0)


def test_the_place_is_that_of_the_date_with_its_clock() -> None:
    text = "Отгружено 12.03.2026 в 08:15 со склада"
    (found,) = times.find(text)
    assert text[found.start : found.end] == "12.03.2026 в 08:15"


@pytest.mark.parametrize(
    ("line", "field", "value"),
    [
        ("Время отгрузки: 12.03.2026 08:15", "record_time", "2026-03-12T08:15:00"),
        ("Дата и время приёма  12.03.2026 08:15", "record_time", "2026-03-12T08:15:00"),
        ("出库时间：2026年3月12日 08:15", "record_time", "2026-03-12T08:15:00"),
        ("Shipped at 2026-03-12 08:15:00", "record_time", "2026-03-12T08:15:00"),
        ("Дата вручения: 15.03.2026 14:20", "delivery_time", "2026-03-15T14:20:00"),
        ("Доставлено 15.03.2026 в 14:20", "delivery_time", "2026-03-15T14:20:00"),
        ("Посылка доставлена 15 марта 2026 г. в 14:20", "delivery_time", "2026-03-15T14:20:00"),
        ("Delivered on: March 15, 2026 at 2:20 PM", "delivery_time", "2026-03-15T14:20:00"),
        ("签收时间：2026-03-15 14:20:00", "delivery_time", "2026-03-15T14:20:00"),
        ("Опубликовано: 01.02.2026", "publishing_time", "2026-02-01"),
        ("Published at 2026-02-01 10:00", "publishing_time", "2026-02-01T10:00:00"),
        ("发布时间 2026-02-01", "publishing_time", "2026-02-01"),
        ("Дата подписания: 12.03.2026", "signed_time", "2026-03-12"),
        ("Дата: 12.03.2026", "time", "2026-03-12"),
        ("г. Москва, 12.03.2026", "time", "2026-03-12"),
    ],
)
def test_the_label_in_front_decides_which_time_it_is(line: str, field: str, value: str) -> None:
    said = [(one.field, one.value) for one in read(line) if "time" in one.field]
    assert said == [(field, value)]


@pytest.mark.parametrize(
    "line",
    [
        "Ожидаемая дата доставки: 20.03.2026",
        "Плановая дата доставки  20.03.2026",
        "Estimated delivery: March 20, 2026",
        "预计送达时间：2026-03-20",
        "Дата рождения: 12.03.2001",
        "Срок хранения до 20.03.2026",
    ],
)
def test_what_is_only_promised_or_about_something_else_is_no_time_of_the_document(line: str) -> None:
    assert [one for one in read(line) if "time" in one.field] == []


@pytest.mark.parametrize(
    "text",
    ["19 апреля 2026 г., 15:23", "19 апреля 2026 r., 15:23", "19 апреля 2026 r 15:23", "19.04.2026 г. 15:23"],
)
def test_the_letter_after_a_year_stands_between_no_day_and_its_time(text: str) -> None:
    assert [found.iso for found in times.find(text)] == ["2026-04-19T15:23:00"]
