"""No file takes the pool longer, or more memory, than its limits, and none keeps it from the others."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random

import pytest

from ombud.domain.formats import Ends
from ombud.inspect.pool import Asked, Inspection, Pool
from tests.inspect import bombs
from tests.inspect.clips import clip
from tests.inspect.pdfs import page, text, values, written


@pytest.fixture(scope="module")
def pool() -> Iterator[Pool]:
    with Pool(2) as pool:
        yield pool


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Asked:
    path = tmp_path_factory.mktemp("good") / "good.pdf"
    return Asked(written(path, page(text(72, 700, "A waybill that is read"))), "pdf")


def problems(inspection: Inspection) -> list[str | int]:
    return values(inspection.said, "problem")


@pytest.mark.parametrize(
    ("make", "format", "expected"),
    [
        (bombs.flate, "pdf", "died"),
        (lambda path: bombs.pages(path, 50_000), "pdf", "too_many_pages"),
        (lambda path: bombs.pages(path, 1, side=200_000), "pdf", "page_too_large"),
        (lambda path: bombs.jpeg(path, 30_000), "jpeg", "too_many_pixels"),
        (lambda path: bombs.png(path, 30_000), "png", "too_many_pixels"),
    ],
    ids=["flate", "pages", "points", "jpeg", "png"],
)
def test_a_file_that_asks_for_too_much_is_said_to_and_the_others_are_read(
    pool: Pool, good: Asked, tmp_path: Path, make: Callable[[Path], Path], format: str, expected: str  # noqa: A002
) -> None:  # fmt: skip
    hostile, after = pool.inspect([Asked(make(tmp_path / "hostile"), format), good])
    assert problems(hostile) == [expected]
    assert values(after.said, "line") == ["A waybill that is read"]


def test_a_picture_in_a_page_that_says_to_be_huge_is_left_out(pool: Pool, tmp_path: Path) -> None:
    (said,) = pool.inspect([Asked(bombs.picture_in_page(tmp_path / "picture.pdf", 30_000), "pdf")])
    assert values(said.said, "cut") == ["pictures"]


def test_a_video_cut_anywhere_is_read_as_far_as_it_goes_or_cannot_be_opened(pool: Pool, tmp_path: Path) -> None:
    whole = clip(tmp_path / "whole.mp4", range(0, 3_000, 100)).read_bytes()
    random = Random(4)
    asked = []
    for number in range(40):
        path = tmp_path / f"{number}.mp4"
        path.write_bytes(whole[: random.randrange(len(whole))])
        asked.append(Asked(path, "mp4"))
    told = pool.inspect(asked)
    assert {problem for each in told for problem in problems(each)} <= {
        "empty", "cannot_open", "no_video", "no_length", "no_frames"
    }  # fmt: skip
    assert all(each.said for each in told)


@pytest.mark.real_data
def test_every_broken_or_misnamed_real_file_is_told_of(pool: Pool, good: Asked, real_data: Path) -> None:
    """As what it is, where the gate would let it through, and as every format that it is not."""
    asked = []
    for folder in ("pdf_malformed", "wrong_format"):
        for path in sorted((real_data / "evidence" / folder).iterdir()):
            ends = Ends()
            ends.take(path.read_bytes())
            formats = {ends.format} if folder == "pdf_malformed" else {ends.format, "pdf", "jpeg", "png", "mp4"}
            asked += [Asked(path, format) for format in sorted(formats)]  # noqa: A001
    told = pool.inspect([*asked, good])
    assert len(told) == len(asked) + 1 > 100
    assert all(each.said for each in told)
    ended = {(one.path.name, one.format): problems(each) for one, each in zip(asked, told, strict=False)}
    assert {name: found for name, found in ended.items() if set(found) & {"died", "too_slow", "too_much_memory"}} == {}
    assert values(told[-1].said, "line") == ["A waybill that is read"]
