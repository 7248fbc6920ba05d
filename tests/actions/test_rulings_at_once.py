"""Two reviewers at the same instant: one rules, the other is told, whatever the database."""

from __future__ import annotations

from pathlib import Path

import pytest

from ombud.domain.cases import EventKind, State
from ombud.domain.instants import format_instant
from ombud.store.models import Case, CaseEvent, Proposal, Ruling
from tests.actions.others import finish, start
from tests.actions.ruled import hand_in, scanned
from tests.actions.taking import DAY, HOUR, START
from tests.conftest import OwnStore

AT = START + 4 * DAY

RULE = """
import sys
from pathlib import Path
import ombud.store.ready
from ombud.actions.reviews import overrule
from ombud.domain.cases import State
from ombud.domain.instants import parse_instant
from ombud.domain.problems import OmbudError
from ombud.rulebooks import open_book

books = {name: open_book(name) for name in ("ozon", "shopify")}
print("ready", flush=True)
while not Path(sys.argv[5]).exists():
    pass
try:
    at = parse_instant(sys.argv[3])
    overrule(int(sys.argv[1]), State(sys.argv[2]), "Why.", at=at, actor=sys.argv[4], books=books)
    print("ruled")
except OmbudError as error:
    print(error.problems[0].code)
"""


@pytest.mark.parametrize("hours", [1, 60])  # before and after the least of the review window
def test_of_two_reviewers_at_once_one_rules_and_the_other_is_told(store: OwnStore, hours: int, tmp_path: Path) -> None:
    case = hand_in(scanned(), "logo_missing", at=AT, unsure=True)
    at = format_instant(AT + hours * HOUR)
    words = [(case.case_id, outcome, at, actor) for outcome, actor in (("won", "anna"), ("rejected", "boris"))]
    go = tmp_path / "go"
    both = [start(store, RULE, *each, go) for each in words]
    for process in both:
        assert process.stdout
        assert process.stdout.readline() == "ready\n"
    go.touch()
    said = sorted(finish(process)[1].strip() for process in both)
    assert said == sorted(["ruled", "already_ruled" if hours == 1 else "not_under_review"])
    assert Ruling.objects.filter(decision__in=["confirmed", "overruled"]).count() == 1
    last = Ruling.objects.latest("seq")
    found = Case.objects.get()
    if hours == 1:
        assert CaseEvent.objects.filter(kind=EventKind.REVIEWED).count() == 1
        assert (found.state, found.recommended) == (State.UNDER_REVIEW, last.outcome)
    else:
        assert found.state == last.outcome


def test_of_two_who_say_the_same_at_once_where_much_is_held_one_proposes_and_the_other_rules(
    store: OwnStore, tmp_path: Path
) -> None:
    case = hand_in(scanned(amount_minor=60_000_00), at=AT)
    go = tmp_path / "go"
    words = [(case.case_id, "won", format_instant(AT + HOUR), actor, go) for actor in ("anna", "boris")]
    both = [start(store, RULE, *each) for each in words]
    for process in both:
        assert process.stdout
        assert process.stdout.readline() == "ready\n"
    go.touch()
    assert [finish(process)[1].strip() for process in both] == ["ruled", "ruled"]
    [proposal], ruling = Proposal.objects.all(), Ruling.objects.latest("seq")
    assert {proposal.actor, ruling.actor} == {"anna", "boris"}
    assert (ruling.seq, Case.objects.get().recommended) == (2, State.WON)
