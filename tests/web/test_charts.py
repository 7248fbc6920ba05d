"""What is drawn says in words what it shows, keeps its gaps, and draws the limit where it is."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ombud.web import charts
from ombud.web.charts import Line

DAY = timedelta(days=1)
FIRST = date(2026, 3, 1)
LIMIT = Line(Fraction(1, 100), "limit 1.00 %")
RATES = st.lists(st.none() | st.fractions(0, 1), max_size=91)


def days(*values: Fraction | None) -> list[tuple[date, Fraction | None]]:
    return [(FIRST + number * DAY, value) for number, value in enumerate(values)]


def drawn(*values: Fraction | None, line: Line | None = LIMIT, **more: bool) -> str:
    said = "Dispute rate over 90 days"
    return charts.curve("c", "Dispute rate", said, days(*values), line=line, shown=str, **more)


def paths(svg: str, name: str) -> list[str]:
    return re.findall(rf'<path class="{name}" d="([^"]*)"', svg)


def test_a_chart_is_named_by_its_title_and_description_and_is_whole_xml() -> None:
    svg = ElementTree.fromstring(drawn(Fraction(1, 200), Fraction(1, 50)))
    assert svg.attrib["role"] == "img"
    named = {part.attrib["id"]: part.text for part in svg if part.tag in ("title", "desc")}
    assert [named[key] for key in svg.attrib["aria-labelledby"].split()] == [
        "Dispute rate",
        "Dispute rate over 90 days",
    ]


def test_words_that_are_markup_stay_words() -> None:
    svg = charts.curve(
        "c", "<script>", "a & b", days(Fraction(1)), line=Line(Fraction(1), "<b>"), shown=lambda _: "<i>"
    )
    assert "<script>" not in svg
    assert ElementTree.fromstring(svg)[0].text == "<script>"
    assert "<b>" not in charts.spark('"><b>', days(Fraction(1)))


def test_a_day_on_which_nothing_was_measured_is_a_gap_and_a_lone_day_is_seen() -> None:
    (path,) = paths(drawn(Fraction(1), Fraction(1), None, Fraction(1), line=None), "curve")
    assert path.count("M") == 2
    assert path.endswith("h2")
    assert paths(drawn(None, None), "curve") == []
    assert "<svg" in drawn()


def test_what_lies_beyond_the_limit_is_drawn_once_more() -> None:
    assert paths(drawn(Fraction(1, 200), Fraction(1, 200)), "curve over") == []
    (over,) = paths(drawn(Fraction(1, 200), Fraction(1, 100), Fraction(2, 100), Fraction(1, 200)), "curve over")
    assert over.count("L") == 1  # a rate of exactly 1.0 % has reached it (S10)
    least = Line(Fraction(85, 100), "at least 85 %", least=True)
    (under,) = paths(drawn(Fraction(85, 100), Fraction(84, 100), line=least, from_zero=False), "curve over")
    assert under.endswith("h2")


def test_the_limit_lies_at_its_height() -> None:
    (limit,) = paths(drawn(Fraction(0), Fraction(2, 100)), "limit")
    (curve,) = paths(drawn(Fraction(0), Fraction(2, 100)), "curve")
    low, high = (Fraction(point.split(",")[1]) for point in curve.removeprefix("M").split("L"))
    assert Fraction(limit.split()[1].split("H")[0]) == (low + high) / 2


@given(values=RATES, limit=st.none() | st.fractions(0, 1), least=st.booleans(), from_zero=st.booleans())
def test_nothing_is_drawn_outside_of_the_picture(
    values: list[Fraction | None], limit: Fraction | None, least: bool, from_zero: bool
) -> None:
    line = None if limit is None else Line(limit, "limit", least)
    for svg in (
        charts.curve("c", "t", "d", days(*values), line=line, shown=str, from_zero=from_zero),
        charts.spark("t", days(*values), line=line, from_zero=from_zero),
    ):
        _zero, _top, width, height = ElementTree.fromstring(svg).attrib["viewBox"].split()
        for path in paths(svg, "curve") + paths(svg, "curve over"):
            for x, y in re.findall(r"(-?[\d.]+),(-?[\d.]+)", path):
                assert 0 <= Fraction(x) <= int(width)
                assert 0 <= Fraction(y) <= int(height)


@pytest.mark.parametrize(
    ("part", "whole", "lost", "widths"),
    [(1, 4, 1, ["100", "25", "25"]), (0, 0, 0, ["100", "0", "0"]), (1, 3, 0, ["100", "33.3", "0"])],
)
def test_a_bar_is_as_long_as_its_share(part: int, whole: int, lost: int, widths: list[str]) -> None:
    svg = ElementTree.fromstring(charts.bar(part, whole, lost=lost))
    assert [rect.attrib["width"] for rect in svg] == widths
    assert svg.attrib["aria-hidden"] == "true"  # its numbers stand beside it


def test_a_stretch_is_drawn_from_its_beginning_to_its_end_or_to_now() -> None:
    since, until = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 11, tzinfo=UTC)
    svg = charts.spans("t", [(since - DAY, since + DAY), (until - 2 * DAY, None)], since, until)
    drawn_ = [(rect.attrib["x"], rect.attrib["width"]) for rect in list(ElementTree.fromstring(svg))[1:]]
    assert drawn_ == [("0", "10"), ("80", "20")]
