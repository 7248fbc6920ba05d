"""What is missing here is said with the checks that are off for it, and never by an error."""

from __future__ import annotations

import pytest

from ombud.inspect import confine, landlock, seccomp
from ombud.inspect.parts import Part, parts


@pytest.fixture(scope="module")
def told() -> dict[str, Part]:
    return {part.name: part for part in parts()}


def test_what_is_installed_is_told_with_its_version_and_the_checks_it_makes(told: dict[str, Part]) -> None:
    """The libraries come with Ombud, so that all of them are here."""
    for name, check in (("pypdfium2", "pdf"), ("av", "mp4"), ("tesserocr", "ocr"), ("rapidocr", "watermark")):
        assert (told[name].state, check in told[name].checks, bool(told[name].version)) == ("ok", True, True)


def test_data_of_tesseract_is_told_by_the_package_that_brings_it(told: dict[str, Part]) -> None:
    for name in ("tesseract-ocr-rus", "tesseract-ocr-eng"):
        part = told[name]
        assert part.checks == ("ocr",)
        if part.state == "missing":
            assert part.mend == f"apt-get install {name}"
        else:
            assert part.version.endswith(".traineddata")


def test_every_wall_of_a_worker_is_told(told: dict[str, Part]) -> None:
    walls = [part for part in told.values() if not part.checks]
    assert len(walls) == len(confine.WALLS)
    assert [part.state == "ok" for part in walls if "Landlock" in part.name] == [bool(landlock.version())]
    assert [part.state == "ok" for part in walls if "seccomp" in part.name] == [seccomp.held()]
    assert all(bool(part.mend) == (part.state == "missing") for part in walls)
