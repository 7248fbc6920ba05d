"""What a file does to the worker that reads it stays there: it is said of the file, and of no other."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from ombud.domain.problems import OmbudError
from ombud.domain.said import Said
from ombud.inspect.pool import Asked, Inspection, Limits, Pool, Progress
from tests.conftest import ROOT

READER = "tests.inspect.hostile"


@pytest.fixture(autouse=True)
def _of_the_tests(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(ROOT))


@pytest.fixture(scope="module")
def pool() -> Iterator[Pool]:
    """With limits that are soon reached."""
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("PYTHONPATH", str(ROOT))
        with Pool(2, Limits(cpu_s=1, wall_s=5), reader=READER) as pool:
            yield pool


def asked(folder: Path, *words: str) -> list[Asked]:
    files = []
    for number, word in enumerate(words):
        path = folder / f"{number}"
        path.write_text(word, "utf-8")
        files.append(Asked(path, "pdf"))
    return files


def read(pool: Pool, folder: Path, *words: str) -> list[list[str]]:
    """What is said of each file after it said what it is about to do."""
    return [values(each)[1:] for each in pool.inspect(asked(folder, *words), recognise=False)]


def values(inspection: Inspection) -> list[str]:
    return [f"{said.field} {said.value}" for said in inspection.said]


@pytest.mark.parametrize(
    ("word", "problem"),
    [
        ("loop", "too_slow"),
        ("sleep", "too_slow"),
        ("allocate", "too_much_memory"),
        ("abort", "died"),
        ("segfault", "died"),
        ("say_much", "died"),
        ("be_killed", "died"),
    ],
)
def test_what_a_worker_ends_of_is_said_of_its_file_and_the_others_are_read(
    pool: Pool, tmp_path: Path, word: str, problem: str
) -> None:
    before, hostile, after = read(pool, tmp_path, "pause", word, "pause")
    assert hostile == [f"problem {problem}"]
    assert before == after == ["line rested"]


def test_what_was_read_before_a_worker_ended_stays_said(pool: Pool, tmp_path: Path) -> None:
    (died,) = pool.inspect(asked(tmp_path, "abort"))
    assert values(died) == ["line about to abort", "problem died"]
    assert died.said[1].source == "container"


def test_a_file_is_asked_of_another_worker_where_the_machine_killed_the_first(tmp_path: Path) -> None:
    with Pool(1, reader=READER) as pool:
        ((first,),) = read(pool, tmp_path, "process")
        process = first.removeprefix("line ")
        assert read(pool, tmp_path, f"be_killed {process}", "pause") == [["line alive"], ["line rested"]]
        assert read(pool, tmp_path, "process") != [[first]]


def test_the_answers_stand_in_the_order_of_the_files(pool: Pool, tmp_path: Path) -> None:
    words = [f"echo {number}" for number in range(40)]
    assert read(pool, tmp_path, *words) == [[f"line {number}"] for number in range(40)]


def test_what_a_library_prints_disturbs_nothing(pool: Pool, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert read(pool, tmp_path, "babble", "pause") == [["line talked"], ["line rested"]]
    assert capfd.readouterr() == ("", "")


def test_a_file_finds_nothing_of_the_one_before(tmp_path: Path) -> None:
    with Pool(1, reader=READER) as pool:
        assert read(pool, tmp_path, "litter", "list") == [["line littered"], ["line file.pdf"]]


def test_one_worker_reads_many_files(tmp_path: Path) -> None:
    with Pool(1, reader=READER) as pool:
        assert len({tuple(each) for each in read(pool, tmp_path, *["process"] * 20)}) == 1


def test_a_worker_that_keeps_much_in_memory_reads_no_other_file(tmp_path: Path) -> None:
    with Pool(1, Limits(resident=1), reader=READER) as pool:
        assert len({tuple(each) for each in read(pool, tmp_path, *["process"] * 3)}) == 3


def test_all_files_are_looked_at_before_one_is_recognised(pool: Pool, tmp_path: Path) -> None:
    told: list[Progress] = []
    files = [Asked(each.path, "jpeg") for each in asked(tmp_path, "pause", "abort", "pause")]
    said = pool.inspect(files, progress=told.append)
    assert told == [
        *(Progress(done, 3, "look") for done in range(4)),
        *(Progress(done, 2, "recognise") for done in range(3)),
    ]
    assert [values(each)[1:2] for each in said] == [["line rested"], ["problem died"], ["line rested"]]
    assert [len(each.said) for each in said] == [4, 2, 4]


def test_a_file_whose_recognition_ends_the_worker_is_not_at_fault(pool: Pool, tmp_path: Path) -> None:
    (said,) = pool.inspect([Asked(each.path, "jpeg") for each in asked(tmp_path, "abort_at_last")])
    assert values(said)[-2:] == ["off ocr", "off watermark"]
    assert "line looked" in values(said)
    assert not any(each.field == "problem" for each in said.said)


def test_nothing_asked_is_nothing_said(pool: Pool) -> None:
    told: list[Progress] = []
    assert pool.inspect([], progress=told.append) == []
    assert told == []


def test_a_file_that_is_not_there_is_no_fault_of_its_content(pool: Pool, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        pool.inspect([*asked(tmp_path, "pause"), Asked(tmp_path / "none", "pdf")])
    assert read(pool, tmp_path, "pause") == [["line rested"]]


def test_a_reader_that_cannot_be_loaded_is_a_fault_of_the_installation(tmp_path: Path) -> None:
    with Pool(1, reader="tests.inspect.nothing") as pool, pytest.raises(OmbudError) as refused:
        pool.inspect(asked(tmp_path, "pause"))
    assert [each.code for each in refused.value.problems] == ["no_worker"]


def test_several_threads_share_the_workers(pool: Pool, tmp_path: Path) -> None:
    said: dict[int, list[list[str]]] = {}

    def upload(number: int) -> None:
        folder = tmp_path / f"{number}"
        folder.mkdir()
        said[number] = read(pool, folder, *(f"echo {number} {each}" for each in range(10)), "abort")

    threads = [threading.Thread(target=upload, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert said == {
        number: [*([f"line {number} {each}"] for each in range(10)), ["problem died"]] for number in range(6)
    }


def test_the_answer_of_a_worker_out_of_its_mind_is_not_taken(pool: Pool, tmp_path: Path) -> None:
    assert read(pool, tmp_path, "lie", "pause") == [["problem died"], ["line rested"]]


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="this system does not tell what is open")
def test_a_closed_pool_leaves_no_process_no_thread_no_pipe_and_no_scratch(tmp_path: Path) -> None:
    threads, pipes = set(threading.enumerate()), len(list(Path("/proc/self/fd").iterdir()))
    with Pool(2, reader=READER) as pool:
        workers = {int(each[0].removeprefix("line ")) for each in read(pool, tmp_path, *["process"] * 10)}
        read(pool, tmp_path, "abort", "lie")
        (scratch,) = read(pool, tmp_path, "where")[0]
    assert not any(Path(f"/proc/{worker}").exists() for worker in workers)
    assert not Path(scratch.removeprefix("line ")).parent.exists()
    assert set(threading.enumerate()) == threads
    assert len(list(Path("/proc/self/fd").iterdir())) == pipes
    with pytest.raises(RuntimeError):
        pool.inspect(asked(tmp_path, "pause"))


def test_closing_does_not_wait_for_what_is_being_read(tmp_path: Path) -> None:
    """The file would be read for ten minutes; who waits for it in another thread is told."""
    told: list[BaseException] = []
    begun = threading.Event()
    with Pool(1, Limits(cpu_s=600, wall_s=600), reader=READER) as pool:

        def tell(each: Progress) -> None:
            if each.done:
                begun.set()

        def upload() -> None:
            try:
                pool.inspect(asked(tmp_path, "pause", "sleep"), progress=tell)
            except RuntimeError as error:
                told.append(error)

        thread = threading.Thread(target=upload)
        thread.start()
        begun.wait()
    thread.join()
    assert [str(each) for each in told] == ["the pool is closed"]


def test_who_interrupts_a_call_leaves_the_pool_to_the_others(pool: Pool, tmp_path: Path) -> None:
    def interrupted(_: Progress) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        pool.inspect(asked(tmp_path, *["loop"] * 10), progress=interrupted)
    assert read(pool, tmp_path, "pause") == [["line rested"]]


_DIES = """
import os, signal, sys
from pathlib import Path
from ombud.inspect.pool import Asked, Limits, Pool
folder = Path(sys.argv[1])
pool = Pool(1, Limits(cpu_s=600, wall_s=600), reader="tests.inspect.hostile")
(said,) = pool.inspect([Asked(folder / "0", "pdf")], recognise=False)
print(said.said[1].value, flush=True)
def tell(each):
    if each.done:
        os.kill(os.getpid(), signal.SIGKILL)
pool.inspect([Asked(folder / "0", "pdf"), Asked(folder / "1", "pdf")], progress=tell)
"""


@pytest.mark.skipif(not hasattr(os, "pidfd_open"), reason="this system cannot wait for a process of others")
def test_a_worker_does_not_outlive_the_process_of_its_pool_and_the_next_pool_sweeps_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked(tmp_path, "process", "sleep")
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setenv("TMPDIR", str(temporary))
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    with Pool(1, reader=READER) as other:
        ran = subprocess.run([sys.executable, "-c", _DIES, str(tmp_path)], capture_output=True, text=True, check=False)
        assert ran.returncode == -signal.SIGKILL
        with suppress(ProcessLookupError):
            worker = os.pidfd_open(int(ran.stdout))
            try:
                assert select.select([worker], [], [], 60)[0], "it is still there"
            finally:
                os.close(worker)
        assert len(list(temporary.iterdir())) == 2
        with Pool(1, reader=READER):
            assert len(list(temporary.iterdir())) == 2
        assert read(other, tmp_path, "pause") == [["line rested"]]
    assert list(temporary.iterdir()) == []


def test_what_is_said_comes_back_as_it_was_said(pool: Pool, tmp_path: Path) -> None:
    (said,) = pool.inspect(asked(tmp_path, "whole"), recognise=False)
    assert said.said[-1] == Said("line", "Ж\u202e\n", "ocr", 3, (1, 2, 3, 4), 5, 0.5, "tool", "1")
