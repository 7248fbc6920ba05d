"""What must still be read in a file that was made smaller."""

from __future__ import annotations

import pytest

from ombud.domain.said import Said
from ombud.pack.legible import compare, is_read

PAGE = (
    Said("line", "Накладная № 5833788762", "ocr", page=1),
    Said("line", "Получатель: Бондаренко Алексей Юрьевич", "ocr", page=1),
    Said("tracking_number", "5833788762", "ocr", page=1),
    Said("recipient", "Бондаренко Алексей Юрьевич", "ocr", page=1),
    Said("ink", 12, "picture", page=1),
    Said("pages", 1, "container"),
)


def without(*fields: str) -> tuple[Said, ...]:
    return tuple(one for one in PAGE if one.field not in fields)


def lines(*words: str, confidence: float = 1.0) -> tuple[Said, ...]:
    return tuple(Said("line", word, "ocr", page=1, confidence=confidence) for word in words)


def test_the_same_reading_loses_nothing() -> None:
    reading = compare(PAGE, PAGE, ["5833788762"])
    assert (reading.words, reading.fields, reading.lost) == (6, 2, ())


@pytest.mark.parametrize(
    ("after", "lost"),
    [
        (without("tracking_number"), "tracking_number 5833788762"),
        (without("ink"), "ink"),
        ((*without("tracking_number"), Said("tracking_number", "5833788763", "ocr")), "tracking_number 5833788762"),
        ((*without("pages"), Said("pages", 2, "container")), "pages 1"),
        ((*without("ink"), Said("ink", 2, "picture", page=1)), "ink"),
        (PAGE[1:], "5833788762"),
    ],
)
def test_a_number_a_page_and_a_signature_count_from_the_first_time_on(after: tuple[Said, ...], lost: str) -> None:
    """Whatever a copy says that nobody can tell from it."""
    assert lost in compare(PAGE, after, control=()).lost or lost in compare(PAGE, after).lost
    assert compare(PAGE, after).lost


def test_a_name_may_be_read_with_another_letter_but_not_as_another_name() -> None:
    rest = without("recipient")
    assert not compare(PAGE, (*rest, Said("recipient", "Бондаренко Алексеи Юрьевич", "ocr"))).lost
    assert compare(PAGE, (*rest, Said("recipient", "Иванова Мария Петровна", "ocr"))).lost


def test_a_name_of_the_order_is_read_to_the_last_word() -> None:
    words = lines("Получатель Бондаренко Алексей", "один два три четыре пять шесть семь")
    less = lines("Получатель Алексей", "один два три четыре пять шесть семь")
    assert not compare(words, less).lost, "one word of nine may be a speck"
    assert compare(words, less, ["Бондаренко Алексей Юрьевич"]).lost == ("бондаренко",)


def test_words_that_were_read_once_only_are_specks() -> None:
    before, after = lines("Накладная 17", "цкеу цшт 2408"), lines("Накладная 17")
    assert compare(before, after).lost
    assert not compare(before, after, control=after).lost
    assert compare(before, lines("Накладная"), control=after).lost == ("17",)


def test_lines_that_are_a_guess_lose_nothing() -> None:
    assert not compare(lines("8472 3821", confidence=0.4), ()).lost


def test_the_clock_of_a_video_runs_as_before_whichever_frames_are_read() -> None:
    def clock(*shown: tuple[int, str]) -> list[Said]:
        return [Said("watermark_time", f"2026-03-01T12:{text}", "frames", at_ms=at) for at, text in shown]

    before = clock((0, "30:00"), (10_000, "30:10"))
    assert not compare(before, clock((200, "30:00"), (9_000, "30:09"))).lost
    assert compare(before, clock((0, "30:00"))).lost == ("watermark_time",)
    assert compare(before, clock((0, "30:00"), (9_000, "30:39"))).lost == ("watermark_time",)


@pytest.mark.parametrize("field", ["off", "cut"])
def test_what_was_not_all_read_cannot_be_seen_to_stay_legible(field: str) -> None:
    assert is_read(PAGE)
    assert not is_read((*PAGE, Said(field, "ocr", "container")))
