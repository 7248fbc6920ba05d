"""The canonical form of what is hashed, the chain over a history, and the tree over all heads."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ombud.domain import merkle
from ombud.domain.chain import ZEROS, Step, canonical, digest, event_hash, first_misfit, read, readable
from ombud.domain.problems import OmbudError

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | st.decimals(-1000, 1000, places=3).map(str).map(read),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ('{"b": 1, "a": 2}', '{"a":2,"b":1}'),
        ("1.0", "1"),
        ("1.50", "1.5"),
        ("1e3", "1000"),
        ("1E-3", "0.001"),
        ("-0.0", "0"),
        ('"\\u0451"', '"ё"'),
        ("123456789012345678901234567890.10", "123456789012345678901234567890.1"),
    ],
)
def test_what_means_the_same_has_one_form(one: str, other: str) -> None:
    assert canonical(read(one)) == canonical(read(other))


@pytest.mark.parametrize(("one", "other"), [("1", '"1"'), ("0.1", '"0.1"'), ("true", "1"), ("null", '""'), ("0", "[]")])
def test_what_means_something_else_has_another_form(one: str, other: str) -> None:
    assert canonical(read(one)) != canonical(read(other))


@pytest.mark.parametrize("text", ["NaN", "Infinity", "1e301", "1e-301", "9" * 302, "{", "", "{'a': 1}"])
def test_what_has_no_form_that_all_databases_keep_is_refused(text: str) -> None:
    with pytest.raises(OmbudError) as error:
        read(text)
    assert error.value.problems[0].code == "not_canonical"


@given(VALUES)
def test_the_canonical_and_the_readable_text_give_the_value_back(value: Any) -> None:
    assert read(canonical(value)) == value
    assert read(readable(value)) == value
    assert canonical(read(readable(value))) == canonical(value)


def history(*kinds: str) -> list[Step]:
    """A history that was hashed, each step with a posting."""
    steps: list[Step] = []
    previous = ZEROS
    for seq, kind in enumerate(kinds, start=1):
        event = {"case_id": 7, "seq": seq, "kind": kind, "at": f"2026-04-0{seq}T00:00:00Z", "actor": "a", "data": {}}
        step = Step(event, {"postings": [{"line": "hold", "amount_minor": 100}], "ruling": None})
        bound = step.bound_digests()
        previous = event_hash(previous, event, bound)
        steps.append(replace(step, kept_bound=bound, kept_hash=previous))
    return steps


def changed(step: Step, **more: Any) -> Step:
    return replace(step, event={**step.event, **more})


def said(steps: list[Step], sealed: list[tuple[int, str]] | None = None) -> tuple[int | None, str] | None:
    misfit = first_misfit(7, steps, sealed or [])
    return (misfit.seq, misfit.problem.text.format(**misfit.problem.values)) if misfit else None


def test_a_whole_history_fits_and_steps_at_its_end_may_still_be_without_a_hash() -> None:
    steps = history("opened", "conceded", "settled")
    assert said(steps, [(1, str(steps[0].kept_hash)), (3, str(steps[2].kept_hash))]) is None
    assert said([*steps[:2], replace(steps[2], kept_bound=None, kept_hash=None)]) is None
    assert said([]) is None


@pytest.mark.parametrize(
    ("name", "value"),
    [("at", "2026-04-02T00:00:00.1Z"), ("actor", "b"), ("kind", "withdrawn"), ("data", {"x": 1})],
)
def test_any_change_of_an_event_is_found_at_that_event(name: str, value: Any) -> None:
    steps = history("opened", "conceded", "settled")
    steps[1] = changed(steps[1], **{name: value})
    found = said(steps)
    assert found
    assert found[0] == 2
    assert "the event is not the one that was hashed" in found[1]


def test_a_changed_a_lost_and_an_added_posting_are_found_at_their_event() -> None:
    for rows in ([{"line": "hold", "amount_minor": 99}], [], None):
        steps = history("opened", "conceded")
        steps[1] = replace(steps[1], bound={"postings": rows})
        assert said(steps) == (2, "Case 7, step 2: its postings are not those that were hashed with it.")
    steps = history("opened")
    steps[0] = replace(steps[0], bound={**steps[0].bound, "ruling": {"digest": "x"}})
    assert said(steps) == (1, "Case 7, step 1: its ruling is not the one that was hashed with it.")


def test_a_missing_a_swapped_and_a_lost_last_step_are_named() -> None:
    steps = history("opened", "evidence_submitted", "ruled_for_seller", "settled")
    head = (4, str(steps[3].kept_hash))
    assert said([steps[0], *steps[2:]], [head]) == (2, "Case 7: step 3 stands where step 2 belongs.")
    swapped = [steps[0], changed(steps[2], seq=2), changed(steps[1], seq=3), steps[3]]
    found = said(swapped, [head])
    assert found
    assert found[0] == 2
    assert said(steps[:3], [head]) == (4, "Case 7: step 4 is sealed by a checkpoint and is not there.")
    assert said([], [head]) == (4, "Case 7: step 4 is sealed by a checkpoint and is not there.")


def test_a_history_hashed_anew_after_it_was_changed_does_not_meet_its_seal() -> None:
    honest, forged = history("opened", "conceded", "settled"), history("opened", "withdrawn", "settled")
    assert said(forged) is None
    assert said(forged, [(1, str(honest[0].kept_hash)), (2, str(honest[1].kept_hash))]) == (
        2,
        "Case 7, step 2: its hash is not the one that a checkpoint sealed.",
    )


def test_a_hash_that_was_taken_away_is_found() -> None:
    steps = history("opened", "conceded", "settled")
    bare = replace(steps[1], kept_bound=None, kept_hash=None)
    found = said([steps[0], bare, steps[2]])
    assert found == (3, "Case 7, step 3: it is hashed, but the step before it is not.")
    assert said([steps[0], bare], [(2, str(steps[1].kept_hash))]) == (
        2,
        "Case 7, step 2: it is sealed by a checkpoint, but its hash is gone.",
    )


def grown(leaves: dict[int, bytes]) -> tuple[bytes, dict[tuple[int, int], bytes]]:
    """The root of a tree over these leaves, and its rows."""
    rows: dict[tuple[int, int], bytes] = {}
    growing = merkle.Growing(lambda floor, position, row: rows.__setitem__((floor, position), row))
    for position, value in sorted(leaves.items()):
        growing.add(position, value)
    return growing.root(), rows


def path(rows: dict[tuple[int, int], bytes], position: int, last: int) -> list[bytes]:
    found: list[bytes] = []
    for floor in range(merkle.rows_high(last)):
        position, slot = divmod(position, merkle.SLOTS)
        found += merkle.row_path(rows[floor, position], slot)
    return found


@given(st.dictionaries(st.integers(0, 300_000), st.integers(1, 9), min_size=1, max_size=30))
def test_every_leaf_is_proved_by_its_path_and_no_other_leaf_is(cases: dict[int, int]) -> None:
    leaves = {case: merkle.leaf(case, seq, ZEROS) for case, seq in cases.items()}
    root, rows = grown(leaves)
    for case, seq in cases.items():
        way = path(rows, case, max(cases))
        assert merkle.root_from(leaves[case], case, way) == root
        assert merkle.root_from(merkle.leaf(case, seq + 1, ZEROS), case, way) != root
        assert merkle.root_from(merkle.leaf(case, seq, digest(1)), case, way) != root


def test_a_tree_is_as_high_as_its_last_position_asks() -> None:
    assert [merkle.rows_high(last) for last in (0, 63, 64, 4095, 4096)] == [1, 1, 2, 2, 3]
    assert grown({})[0] == merkle.EMPTY
    alone = merkle.leaf(70, 1, ZEROS)
    root, rows = grown({70: alone})
    assert set(rows) == {(0, 1), (1, 0)}
    assert merkle.row_root(rows[1, 0]) == root


def test_changing_a_slot_changes_only_its_own_hash() -> None:
    row = merkle.with_slots(merkle.EMPTY_ROW, {3: b"\x01" * 32, 63: b"\x02" * 32})
    assert row[3 * 32 : 4 * 32] == b"\x01" * 32
    assert row.count(b"\x00") == 62 * 32
    assert merkle.with_slots(row, {3: merkle.EMPTY, 63: merkle.EMPTY}) == merkle.EMPTY_ROW
