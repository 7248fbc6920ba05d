"""Histories are hashed and sealed at the cost of what is new, and whatever is changed afterwards is found and named."""

from __future__ import annotations

import json
import signal
import stat
from pathlib import Path

import pytest
from django.db import DatabaseError, connection, transaction
from pytest_django import Settings

from ombud.actions import seals
from ombud.actions.cases import open_due
from ombud.actions.moving import withdraw
from ombud.domain import merkle
from ombud.domain.chain import canonical, read, text_digest
from ombud.domain.problems import OmbudError
from ombud.store import proofs, signing
from ombud.store.audit import audit_store
from ombud.store.models import Case, CaseEvent, Checkpoint, EventHash, SealedHead, UnchainedEvent
from ombud.work.loop import tick
from tests.actions.others import DIES_AT, finish, start
from tests.actions.sealing import EVERY, a_key, said, seal, some_cases
from tests.actions.taking import BOOKS, DAY, HOUR, START, a_store, an_order, take
from tests.conftest import OwnStore
from tests.store import rows


@pytest.mark.django_db
def test_every_event_is_hashed_once_and_in_the_order_of_its_case() -> None:
    cases = some_cases()
    assert not UnchainedEvent.objects.exists()  # the loop has hashed them
    assert len(cases) == 3
    assert EventHash.objects.count() == CaseEvent.objects.count() == 9
    assert sorted(EventHash.objects.values_list("position", flat=True)) == list(range(1, 10))
    assert seals.chain() == 0
    audit = audit_store()
    assert (audit.cases, audit.events, audit.unchained, audit.unsealed, said(audit)) == (3, 9, 0, 9, [])


@pytest.mark.django_db
def test_batches_of_one_give_the_same_hashes_as_one_batch() -> None:
    order = rows.an_order(rows.a_store())
    case = rows.a_case(order, START)
    for seq in range(2, 6):
        CaseEvent.objects.create(case=case, seq=seq, kind="evidence_refused", at=START, actor="a", data={"n": seq})
    with transaction.atomic():
        seals.chain()
        at_once = list(EventHash.objects.order_by("position").values_list("event_id", "hash"))
        transaction.set_rollback(True)
    assert EventHash.objects.count() == 0
    assert seals.chain(batch=1) == 5
    assert list(EventHash.objects.order_by("position").values_list("event_id", "hash")) == at_once


@pytest.mark.django_db
def test_an_event_that_comes_late_is_hashed_although_later_numbers_were() -> None:
    """Transactions of PostgreSQL end in another order than that of the numbers that they have drawn."""
    store = rows.a_store()
    early, late = (rows.a_case(rows.an_order(store), START) for _ in range(2))
    event = CaseEvent(case=early, seq=2, kind="evidence_refused", at=START, actor="a", data={})
    event.event_id = CaseEvent.objects.get(case=late).event_id + 5
    event.save(force_insert=True)
    assert seals.chain() == 3
    event = CaseEvent(case=late, seq=2, kind="evidence_refused", at=START, actor="a", data={})
    event.event_id = CaseEvent.objects.get(case=late, seq=1).event_id + 1
    event.save(force_insert=True)
    assert seals.chain() == 1
    assert audit_store().unchained == 0


@pytest.mark.django_db
def test_an_event_without_its_predecessor_waits_and_holds_nobody_up() -> None:
    store = rows.a_store()
    case = rows.a_case(rows.an_order(store), START)
    CaseEvent.objects.create(case=case, seq=3, kind="evidence_refused", at=START, actor="a", data={})
    rows.a_case(rows.an_order(store), START)
    assert seals.chain(batch=1) == 2
    assert UnchainedEvent.objects.count() == 1
    assert f"Case {case.case_id}: step 3 stands where step 2 belongs." in said(audit_store())


@pytest.mark.parametrize(
    "data",
    [
        {"a": 1.0, "b": [0.1, 1e-7, 1e22, -0.0], "c": 'ё中\u2028"\\', "d": {"z": None, "a": True}},
        {"big": 10**40, "small": 0.30000000000000004, "": "", "nested": [[{}], []]},
    ],
)
@pytest.mark.django_db
def test_what_the_database_makes_of_json_does_not_change_its_hash(data: dict[str, object]) -> None:
    case = rows.a_case(rows.an_order(rows.a_store()), START)
    event = CaseEvent.objects.create(case=case, seq=2, kind="evidence_refused", at=START, actor="a", data=data)
    [step] = proofs.steps(f"e.event_id = {event.event_id}")
    assert canonical(step.step.event["data"]) == canonical(read(json.dumps(data)))
    assert step.step.event["at"] == "2026-04-01T00:00:00Z"


@pytest.mark.django_db
def test_a_checkpoint_seals_all_heads_and_names_the_one_before(key: Path) -> None:
    some_cases()
    first, second = Checkpoint.objects.order_by("checkpoint_id")
    assert (first.checkpoint_id, first.cases, first.events, first.previous) == (1, 3, 3, "0" * 64)
    assert (second.checkpoint_id, second.cases, second.events) == (2, 3, 9)
    assert json.loads(second.body)["previous"] == second.previous == text_digest(first.body)
    assert seal(24 * 7) is None  # nothing is new
    audit = audit_store(keys=frozenset({second.public_key}))
    assert (said(audit), audit.checkpoints, audit.unsealed) == ([], 2, 0)
    assert audit.keys == {second.public_key: 1}


@pytest.mark.django_db
def test_sealing_happens_on_its_schedule_and_only_where_something_is_new(key: Path) -> None:
    take({"stores": [a_store()], "orders": [an_order(), an_order("o2", ship_by=START + 3 * DAY + HOUR / 2)]})
    begun = START + 3 * DAY
    report = tick(begun, books=BOOKS)
    assert (report.sealing.chained, report.sealing.next_at) == (1, None)
    assert report.sealing.checkpoint
    report = tick(begun + HOUR / 2, books=BOOKS)
    assert (report.sealing.chained, report.sealing.checkpoint, report.sealing.next_at) == (1, None, begun + HOUR)
    assert tick(begun + HOUR, books=BOOKS).sealing.checkpoint
    assert tick(begun + 9 * HOUR, books=BOOKS).sealing == seals.Sealing()
    assert list(Checkpoint.objects.order_by("at").values_list("at", "events")) == [(begun, 1), (begun + HOUR, 2)]


@pytest.mark.django_db
def test_a_clock_that_was_set_back_does_not_make_checkpoints_run_backwards(key: Path) -> None:
    [case] = some_cases(1)
    CaseEvent.objects.create(case=case, seq=4, kind="reopened", at=START + 9 * DAY, actor="a", data={})
    point = seal(1)
    assert point
    assert point.at == START + 6 * DAY
    assert [misfit.problem.code for misfit in audit_store().misfits] == ["standing_differs"]


@pytest.mark.django_db
def test_a_tree_that_grows_proves_old_and_new_cases(key: Path) -> None:
    """Numbers beyond 64, and then beyond 4096, make it higher."""
    store = rows.a_store()
    first = rows.a_case(rows.an_order(store), START).case_id
    proved: set[int] = set()
    for more in (first, first + 1, first // 64 * 64 + 130, first // 64 * 64 + 131, first + 5000, first + 300_000):
        if more != first:
            rows.a_case(rows.an_order(store), START, case_id=more)
        proved.add(more)
        point = seal()
        assert point
        body = json.loads(point.body)
        assert body["floors"] == merkle.rows_high(more)
        for case_id in proved:
            [(_, seq, head)] = proofs.sealed_heads(f"s.case_id = {case_id}")[case_id]
            path = proofs.path_of(case_id, body["floors"])
            assert merkle.root_from(merkle.leaf(case_id, seq, head), case_id, path).hex() == point.root
    audit = audit_store()
    assert {misfit.problem.code for misfit in audit.misfits} <= {"standing_differs"}  # these rows have no real history
    assert (audit.unsealed, audit.cases) == (0, 6)


@pytest.mark.django_db
def test_another_key_is_a_finding_until_the_auditor_knows_it(key: Path, settings: Settings, tmp_path: Path) -> None:
    cases = some_cases(2)
    old = Checkpoint.objects.order_by("checkpoint_id")[0].public_key
    a_key(settings, tmp_path / "other.pem")
    with pytest.raises(OmbudError, match="not the one that signed the last checkpoint"):
        signing.signing_key()
    take({"orders": [an_order("late", paid_at=START + 4 * DAY, ship_by=START + 6 * DAY)]}, known_at=START + 7 * DAY)
    assert tick(START + 7 * DAY, books=BOOKS).sealing.problem
    point = seals.seal(START + 8 * DAY, key=signing.signing_key(may_change=True))
    assert point
    assert len(cases) == 2
    assert said(audit_store()) == [f"Checkpoint 3: from here on another key signs, {point.public_key}. "
                                   "Who knows both names them."]  # fmt: skip
    assert said(audit_store(keys=frozenset({old, point.public_key}))) == []
    found = said(audit_store(keys=frozenset({old})))
    assert found == [f"Checkpoint 3: it was signed by the key {point.public_key}, which is none of those given."]


@pytest.mark.django_db
def test_what_was_sealed_cannot_be_changed_through_the_database(key: Path) -> None:
    some_cases(1)
    assert SealedHead.objects.count() == 2
    for table, column in (("event_hashes", "hash"), ("sealed_heads", "hash"), ("checkpoints", "root")):
        statements = [f"UPDATE {table} SET {column} = 'x'", f"DELETE FROM {table}"]
        if connection.vendor == "sqlite":
            statements += [f"INSERT OR REPLACE INTO {table} SELECT * FROM {table}"]
        for statement in statements:
            with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(statement)


@pytest.mark.django_db
def test_a_case_that_somebody_moves_by_hand_is_hashed_like_any_other(key: Path) -> None:
    take({"stores": [a_store()], "orders": [an_order()]})
    tick(START + 3 * DAY, books=BOOKS)
    case = Case.objects.get()
    withdraw(case.case_id, at=START + 3 * DAY + HOUR, actor="buyer", books=BOOKS)
    assert UnchainedEvent.objects.count() == 2
    seal(24 * 4)
    assert (said(audit_store()), audit_store().events) == ([], 3)


def test_a_key_is_made_once_beside_a_sqlite_store_and_is_missed_when_it_is_gone(
    store: OwnStore, settings: Settings
) -> None:
    settings.SIGNING_KEY = ""
    some_cases(1)
    if connection.vendor == "postgresql":
        with pytest.raises(OmbudError) as error:
            signing.signing_key()
        assert error.value.problems[0].code == "no_signing_key"
        assert not Checkpoint.objects.exists()
        return
    path = signing.key_file()
    assert path
    assert path.parent == Path(str(connection.settings_dict["NAME"])).parent
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert Checkpoint.objects.order_by("checkpoint_id")[0].public_key == signing.signing_key().public
    path.unlink()
    with pytest.raises(OmbudError) as error:
        signing.signing_key()
    assert error.value.problems[0].code == "signing_key_lost"
    assert not path.exists()


@pytest.mark.django_db
def test_a_key_that_is_none_is_refused_and_keeps_only_the_sealing_from_being_done(
    settings: Settings, tmp_path: Path
) -> None:
    path = tmp_path / "key.pem"
    settings.SIGNING_KEY = str(path)
    some_cases(1)
    assert EventHash.objects.count() == 3
    codes = []
    for content in (None, "", "no key", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"):
        if content is not None:
            path.write_text(content)
        problem = seals.keep_sealed(START + 9 * DAY, every=EVERY).problem
        assert problem
        codes.append(problem.code)
    assert codes == ["no_signing_key", *["bad_signing_key"] * 3]
    assert not Checkpoint.objects.exists()


CHAINS = """
import ombud.store.ready
from datetime import timedelta
from ombud.actions.seals import keep_sealed
from ombud.domain.instants import parse_instant
{wrapped}
"""
WRAPPED = """
with connection.execute_wrapper(count):
    done = keep_sealed(parse_instant("2026-05-01"), every=timedelta(hours=1))
print("end", done.chained, done.problem, flush=True)
"""


def test_a_death_between_events_and_their_hashes_loses_nothing(store: OwnStore, settings: Settings, key: Path) -> None:
    del settings
    take({"stores": [a_store()], "orders": [an_order(f"o{n}") for n in range(5)]})
    open_due(START + 3 * DAY, books=BOOKS, actor="test")
    program = CHAINS.format(wrapped=DIES_AT.replace("sys.argv[3]", "sys.argv[1]") + WRAPPED)
    for statement in range(1, 60, 3):
        code, output, problems = finish(start(store, program, statement, OMBUD_SIGNING_KEY=str(key)))
        connection.close()
        assert said(audit_store()) == []
        assert EventHash.objects.count() + UnchainedEvent.objects.count() == 5
        if code != -signal.SIGKILL:
            break
    assert (code, output.split()[0], problems) == (0, "end", "")
    assert (EventHash.objects.count(), Checkpoint.objects.count()) == (5, 1)
    assert statement > 12


def test_of_two_that_hash_at_the_same_time_one_does_it(store: OwnStore, key: Path) -> None:
    take({"stores": [a_store()], "orders": [an_order(f"o{n}") for n in range(300)]})
    open_due(START + 3 * DAY, books=BOOKS, actor="test")
    connection.close()
    program = CHAINS.format(
        wrapped='print(keep_sealed(parse_instant("2026-05-01"), every=timedelta(hours=1)).chained, flush=True)'
    )
    both = [start(store, program, OMBUD_SIGNING_KEY=str(key)) for _ in range(3)]
    ends = [finish(one) for one in both]
    assert [code for code, _, _ in ends] == [0, 0, 0], ends
    assert sum(int(output) for _, output, _ in ends) == 300
    assert said(audit_store()) == []
    assert audit_store().unchained == 0
