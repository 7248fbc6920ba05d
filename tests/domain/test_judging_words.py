"""What a finding tells in sentences: what stands there, what should, which signs."""

from __future__ import annotations

import string
from typing import Any

import pytest

from ombud.domain.judging import words
from tests.domain.judging_worlds import a_piece, about, judged


@pytest.mark.parametrize(
    ("kind", "says", "check", "sentences"),
    [
        (
            "waybill",
            {"tracking_number": "5550001112"},
            "number_not_on_order",
            ["5550001112 was read; the order has 1234567890."],
        ),
        ("waybill", {"tracking_number": None}, "number_not_on_order", ["1234567890 was not found in it."]),
        (
            "waybill",
            {"recipient": "Петрова Анна"},
            "recipient_differs",
            ["Петрова Анна was read; the order goes to Ivan Ivanov."],
        ),
        (
            "waybill",
            {"language": "zh", "language_share": "zh 1.00"},
            "wrong_language",
            ["Its language: zh 1.00; asked for: ru."],
        ),
        (
            "packing_video",
            {"duration_ms": {"value": 29_999, "source": "container"}},
            "video_short",
            ["It lasts 29.999 s; at least 30s is asked for."],
        ),
        (
            "packing_video",
            {"line": {"value": "VASE", "source": "frames", "at_ms": 1}},
            "label_not_visible",
            ["Not found in it: CUP-0017."],
        ),
        (
            "buyer_messages",
            {"message_id": "msg-999999"},
            "message_id_unknown",
            ["The platform has no message msg-999999."],
        ),
        ("buyer_messages", {"outside_chat": "whatsapp"}, "outside_chat", ["It comes from whatsapp."]),
        ("waybill", {"weight": None}, "weight_missing", []),
    ],
)
def test_a_finding_tells_what_stands_there_and_what_should(
    kind: str, says: dict[str, Any], check: str, sentences: list[str]
) -> None:
    (found,) = judged(a_piece(kind, says))
    one = about(found, check)[0]
    assert [text.format(**values) for text, values in words.tellings(one)] == sentences


def test_what_is_in_order_needs_no_words() -> None:
    (found,) = judged(a_piece("waybill"))
    assert found.findings
    assert all(words.tellings(one) == () for one in found.findings)


def test_signs_of_editing_are_told_one_by_one() -> None:
    (found,) = judged(a_piece("waybill", {"ids_differ": 1, "revisions": 2}))
    assert words.signs(about(found, "edited")[0]) == (
        "the two ids of the file differ",
        "something was added to it later",
    )


def test_every_sentence_is_filled_by_what_a_finding_has() -> None:
    tables = (words.BOTH, words.WITHOUT_VALUE, words.WITHOUT_EXPECTED)
    texts = [text for table in tables for text in table.values()]
    assert len(texts) > 15
    names = {name for text in texts for _, name, _, _ in string.Formatter().parse(text) if name}
    assert names == {"value", "expected"}
