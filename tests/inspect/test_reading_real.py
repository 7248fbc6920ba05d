"""Real documents and the numbers of real carriers, as they were recorded."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pypdfium2
import pytest

from ombud.domain.said import Said
from ombud.inspect import reading
from ombud.inspect.reading import numbers
from ombud.inspect.reading.lines import clean
from tests.inspect.lines import lines, read, values

pytestmark = pytest.mark.real_data
_LANGUAGES = {
    "invoice2data__AzureInterior.pdf": "en",
    "invoice2data__QualityHosting.pdf": "de",
    "invoice2data__coolblue1.pdf": "nl",
    "invoice2data__oyo.pdf": "en",
}


def _texts(file: Path) -> list[Said]:
    document = pypdfium2.PdfDocument(file)
    try:
        pages = [page.get_textpage().get_text_range() for page in document]
    finally:
        document.close()
    return [said for number, text in enumerate(pages, 1) for said in lines(*text.splitlines(), page=number)]


def test_honest_russian_documents_are_russian(real_data: Path) -> None:
    files = sorted((real_data / "evidence" / "pdf_russian").glob("*.pdf"))
    assert files
    for file in files:
        said = reading.language(_texts(file))
        assert values(said, "language") == ["ru"], file.name
        assert float(str(values(said, "language_share")[0]).split(" ")[1]) >= 0.9, file.name


@pytest.mark.parametrize("name", _LANGUAGES)
def test_foreign_invoices_are_in_their_own_language(name: str, real_data: Path) -> None:
    said = reading.language(_texts(real_data / "evidence" / "pdf_other_language" / name))
    assert values(said, "language") == [_LANGUAGES[name]]
    assert [value for value in values(said, "language_share") if str(value).startswith("ru")] == []


def test_no_honest_document_is_taken_for_a_chat_a_translation_or_a_record_of_shipping(real_data: Path) -> None:
    foreign = {"outside_chat", "screenshot_sign", "translation_of", "tracking_number", "message_id", "record_time"}
    for folder in ("pdf_russian", "pdf_other_language"):
        for file in (real_data / "evidence" / folder).glob("*.pdf"):
            assert {one.field for one in reading.fields(_texts(file))} & foreign == set(), file.name


def test_prices_and_amounts_of_invoices_are_no_dates(real_data: Path) -> None:
    said = reading.fields(_texts(real_data / "evidence" / "pdf_other_language" / "invoice2data__coolblue1.pdf"))
    assert {str(one.value)[:4] for one in said if one.field == "time"} == {"2014", "2015"}


def _published(real_data: Path) -> Iterator[tuple[str, str]]:
    """Each valid example as it is printed, and bare."""
    for file in sorted((real_data / "tracking" / "tracking_number_formats_jkeen" / "couriers").glob("*.json")):
        form: dict[str, Any]
        for form in json.loads(file.read_text("utf-8"))["tracking_numbers"]:
            for number in form["test_numbers"]["valid"]:
                bare = re.sub(r"[\s\-]", "", number)
                if sum(c.isdigit() for c in bare) >= numbers.LEAST_DIGITS:
                    yield re.sub(r"\s*-\s*", "-", re.sub(r"\s+", " ", number).strip()), bare


def test_every_published_number_is_found_in_a_line_of_text(real_data: Path) -> None:
    published = list(_published(real_data))
    assert len(published) > 150
    for printed, bare in published:
        candidates = [each.value for each in numbers.find(clean(f"Отправлено: {printed}, вес 1 кг"))]
        assert bare in candidates, printed


def test_every_published_number_is_read_behind_its_label(real_data: Path) -> None:
    for printed, bare in _published(real_data):
        said = read(f"Трек-номер: {printed}")
        (labelled,) = values(said, "tracking_number")
        # What a hyphen adds may be the number of the piece in a shipment of several.
        assert bare.startswith(numbers.normal(str(labelled))), printed
        assert len(bare) - len(numbers.normal(str(labelled))) <= 1, printed
        assert bare in values(said, "number"), printed
