"""Two names are one person's across scripts, initials, cases and order; two people stay two."""

from __future__ import annotations

import pytest

from ombud.domain.judging.edits import edits
from ombud.domain.judging.names import same_person


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Иванов Иван Иванович", "Ivan Ivanov"),
        ("ИВАНОВ И. И.", "Иван Иванович Иванов"),
        ("Иванову Ивану", "Иванов Иван"),
        ("Ивановым И.И.", "Ivanov Ivan"),
        ("г-н Щукин Юрий", "Yuri Shchukin"),
        ("Schukin Jurij", "Щукин Юрий"),
        ("Цой Евгения", "Tsoy Evgeniya"),
        ("Алексей Ёлкин", "Aleksei Elkin"),
        ("Хворостовская Мария", "Khvorostovskaya Maria"),
        ("Иванов Иван, г. Москва, ул. Мясницкая, 26", "Ivan Ivanov"),
        ("John A. Smith", "SMITH, JOHN"),
        ("John Smith", "Jon Smith"),
        ("José Muñoz", "Jose Munoz"),
        ("Цой Ю. Э.", "Цой Юлия Эдуардовна"),
        ("Воробьёва К.И.", "Воробьёва Ксения Игоревна"),
        ("Alexander Maximov", "Александр Максимов"),
        ("Ж. Щ. Яшин", "Yashin Zhanna Shchukina"),
        ("ИВАНОВ ИВАН ИВАНОВИЧ", "Иванов Иван Иванович"),
        ("张伟", "收件人：张伟"),
    ],
)
def test_spellings_of_one_person_are_one(one: str, other: str) -> None:
    assert same_person(one, other) is True
    assert same_person(other, one) is True


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Иванов Иван", "Петрова Анна"),
        ("Иванов Иван", "Иванов Пётр"),
        ("Ivan Ivanov", "Ivan Petrov"),
        ("И. И.", "Иванов Иван"),
        ("John Smith", "Mary Smith"),
        ("张伟", "李娜"),
    ],
)
def test_two_people_are_two(one: str, other: str) -> None:
    assert same_person(one, other) is False
    assert same_person(other, one) is False


@pytest.mark.parametrize(("one", "other"), [("张伟", "Zhang Wei"), ("", "Ivan Ivanov"), ("№ 17", "Ivan Ivanov")])
def test_names_that_cannot_be_compared_are_not_held_against_anybody(one: str, other: str) -> None:
    assert same_person(one, other) is None


@pytest.mark.parametrize(
    ("one", "other", "most", "expected"),
    [
        ("1234", "1234", 3, 0),
        ("1234", "1243", 3, 2),
        ("1234", "234", 3, 1),
        ("1234", "9876", 3, None),
        ("", "ab", 1, None),
    ],
)
def test_edits_are_counted_up_to_the_most(one: str, other: str, most: int, expected: int | None) -> None:
    assert edits(one, other, most) == expected
