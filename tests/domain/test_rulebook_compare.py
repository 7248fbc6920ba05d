"""What changes from one book to another, and from when."""

from __future__ import annotations

from datetime import UTC, datetime

from ombud.domain.rulebook import compare, load
from tests.domain.test_rulebook_load import BOOK, replaced

OLD = load(BOOK, file="old.yaml")


def changes(text: str) -> list[tuple[str, str, str, str | None]]:
    found = compare(OLD, load(text, file="new.yaml"))
    return [
        (each.clause, each.kind, f"{each.valid_from:%m-%d}", f"{each.valid_until:%m-%d}" if each.valid_until else None)
        for each in found
    ]


def test_a_book_does_not_differ_from_itself_nor_by_notes_and_comments() -> None:
    assert changes(BOOK) == []
    assert changes(replaced("cite: X1, value: 72h", "cite: X1, note: read so, value: 72h") + "# done\n") == []


def test_a_value_that_changes_later_bites_from_then() -> None:
    later = "value: 72h}, {from: 2026-06-01, cite: X1, value: 48h}"
    assert changes(replaced("value: 72h}", later)) == [("windows.response", "changed", "06-01", None)]


def test_a_change_that_is_taken_back_bites_only_meanwhile() -> None:
    meanwhile = "value: 72h}, {from: 2026-06-01, cite: X1, value: 48h}, {from: 2026-07-01, cite: X1, value: 72h}"
    assert changes(replaced("value: 72h}", meanwhile)) == [("windows.response", "changed", "06-01", "07-01")]


def test_clauses_come_and_go() -> None:
    gone = replaced("  whole_case: [{from: 2026-01-01, cite: X1, value: 7d}]\n", "")
    assert changes(gone) == [("windows.whole_case", "removed", "01-01", None)]
    come = replaced("windows:\n", "windows:\n  push_retry: [{from: 2026-03-01, cite: X1, value: 30m}]\n")
    assert changes(come) == [("windows.push_retry", "added", "03-01", None)]
    back = [each.kind for each in compare(load(come, file="new.yaml"), OLD)]
    assert back == ["removed"]


def test_a_version_that_begins_earlier_or_ends_adds_or_removes_for_that_time() -> None:
    ended = replaced("cite: X1, value: 72h", "until: 2026-05-01, cite: X1, value: 72h")
    assert changes(ended) == [("windows.response", "removed", "05-01", None)]


def test_another_citation_alone_is_told_as_such() -> None:
    assert changes(replaced("cite: X1, value: 72h", "cite: X2, value: 72h")) == [
        ("windows.response", "recited", "01-01", None)
    ]


def test_a_change_names_the_values_within_the_clause() -> None:
    text = replaced("start: order.ship_by, opens", "start: order.ship_by, wait: 2h, opens")
    (change,) = compare(OLD, load(text, file="new.yaml"))
    assert change.clause == "triggers.late"
    assert [(detail.path, detail.before, detail.after) for detail in change.details] == [("wait", None, "2h")]
    assert change.valid_from == datetime(2026, 1, 1, tzinfo=UTC)


def test_parts_with_names_are_compared_by_name_and_not_by_place() -> None:
    line = "{name: amount, base: order.amount_minor, debit: settlement, credit: held, title: {en: a, ru: a, zh: a}}"
    other = (
        "{name: shipping, base: order.shipping_minor, debit: settlement, credit: held, title: {en: b, ru: b, zh: b}}"
    )
    (change,) = compare(OLD, load(replaced(f"[{line}]", f"[{other}, {line}]"), file="new.yaml"))
    assert [detail.path for detail in change.details] == ["lines.shipping"]
