"""An import that is ended, that meets a full disk or another import, leaves the store as it was."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest
from django.db import connection, transaction

from ombud.actions.imports import import_facts
from ombud.domain.problems import OmbudError
from ombud.scan.folder import read_facts
from tests.actions.others import IMPORT, end_at, finish, generated, start
from tests.actions.taking import BOOKS, MODELS, START, a_parcel, a_scan, a_store, an_order, kept_facts, take
from tests.conftest import OwnStore


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return generated(tmp_path_factory.mktemp("world") / "facts", 1_500)


def rows() -> dict[str, int]:
    return {name: model.objects.count() for name, model in MODELS.items()}


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
@pytest.mark.parametrize("step", ["orders", "scans", "compare", "write", "wake"])
def test_an_import_ended_at_any_step_leaves_nothing_and_can_be_done_again(
    store: OwnStore, folder: Path, step: str, number: signal.Signals
) -> None:
    code = end_at(start(store, IMPORT, folder), step, number)
    # Ctrl-C may come when the last step is done: then all is there.
    assert code != 0 or (number == signal.SIGINT and step == "wake")
    if code:
        assert set(rows().values()) == {0}
    with read_facts(folder) as facts:
        import_facts(facts, books=BOOKS, actor="test", at=START)
    assert rows()["orders"] == 1_500


def test_an_import_ended_in_an_update_leaves_what_was_there(store: OwnStore, folder: Path) -> None:
    take({"stores": [a_store("S000000-old")], "orders": [an_order(store_id="S000000-old")], "parcels": [a_parcel()]})
    before = kept_facts()
    assert end_at(start(store, IMPORT, folder), "fold", signal.SIGKILL) == -signal.SIGKILL
    assert kept_facts() == before


def test_two_imports_at_once_take_turns(store: OwnStore, folder: Path) -> None:
    both = [start(store, IMPORT, folder) for _ in range(2)]
    for process in both:
        code, _, said = finish(process)
        assert code == 0, said
    assert rows()["orders"] == 1_500


def test_an_import_that_waits_too_long_says_so_and_does_nothing(store: OwnStore, folder: Path) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("LOCK TABLE orders IN ACCESS EXCLUSIVE MODE")
        code, _, said = finish(start(store, IMPORT, folder, OMBUD_LOCK_SECONDS="1"))
        assert (code, said.strip()) == (1, "store_locked")
    assert set(rows().values()) == {0}


def test_a_full_disk_is_said_and_leaves_nothing(store: OwnStore) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("a throwaway server cannot be given a small disk; its error is mapped in test_database")
    take({"stores": [a_store()], "orders": [an_order()]})
    before = kept_facts()
    with connection.cursor() as cursor:
        pages = cursor.execute("PRAGMA page_count").fetchone()[0]
        cursor.execute(f"PRAGMA max_page_count = {pages + 20}")
    many = range(2, 3_000)
    orders = [an_order(f"o{n}") for n in many]
    with pytest.raises(OmbudError) as refused:
        take({"stores": [a_store()], "orders": orders, "parcels": [a_parcel(f"o{n}", f"T{n}") for n in many]})
    assert refused.value.problems[0].code == "store_full"
    assert "Make room" in str(refused.value)
    assert kept_facts() == before
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA max_page_count = 1000000")
    assert take({"stores": [a_store()], "orders": orders}).tables["orders"].inserted == len(orders)


def test_a_row_that_the_database_refuses_takes_the_whole_import_with_it(store: OwnStore) -> None:
    take({"stores": [a_store()], "orders": [an_order()]})
    before = kept_facts()
    with pytest.raises(Exception, match=r"(?i)foreign key"):  # the reader would have said so before
        take({"stores": [], "orders": [an_order("o2"), an_order("o3", store_id="nowhere")], "scans": [a_scan()]})
    assert kept_facts() == before
    assert take({"stores": [], "orders": [an_order("o2")]}, known_at=START).tables["orders"].inserted == 1
