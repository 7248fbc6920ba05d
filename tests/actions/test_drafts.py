"""What lies ready can be changed at will and spends nothing; a bad input is refused whole."""

from __future__ import annotations

from datetime import timedelta

import pytest

from ombud.actions import drafts
from ombud.domain.cases import State
from ombud.domain.evidence import Finding, Outcome
from ombud.domain.problems import OmbudError
from ombud.store.drafts import drafted
from ombud.store.models import Case, CaseEvent, DraftPiece, StoredFile, Submission
from tests.actions.ending import disputed, end, unshipped
from tests.actions.evidence import a_file, names, ready
from tests.actions.taking import BOOKS, DAY, START

pytestmark = pytest.mark.django_db
AT = START + 4 * DAY


def refused(case: Case, *files: drafts.NewPiece, **more: object) -> list[str]:
    """The codes with which these files are refused; nothing of the draft may change."""
    before = list(DraftPiece.objects.order_by("pk").values())
    with pytest.raises(OmbudError) as error:
        drafts.add(case.case_id, files, at=AT, actor="seller", books=BOOKS, **more)  # type: ignore[arg-type]
    assert list(DraftPiece.objects.order_by("pk").values()) == before
    return [problem.code for problem in error.value.problems]


def test_the_name_of_a_file_says_its_kind_and_language_where_the_book_has_a_pattern() -> None:
    case = unshipped()
    ready(case, a_file("o1_shipment_ru.pdf"), a_file("o1_outbound_ru.pdf"), at=AT)
    assert [(piece.kind, piece.language, piece.format) for piece in drafted(case.case_id)] == [
        ("waybill", "ru", "pdf"),
        ("outbound_record", "ru", "pdf"),
    ]


def test_what_a_person_says_goes_before_what_the_name_says() -> None:
    case = unshipped()
    ready(case, a_file("o1_shipment_ru.pdf", kind="customs_declaration", language="zh"), at=AT)
    assert [(piece.kind, piece.language) for piece in drafted(case.case_id)] == [("customs_declaration", "zh")]


def test_stated_times_and_findings_come_back_as_they_were_given() -> None:
    case = unshipped()
    stated = {"made_at": START + timedelta(microseconds=1)}
    findings = (Finding("wrong_language", Outcome.UNSURE, None, "page 2", "zh", 0.6, "a person"),)
    ready(case, a_file("o1_shipment_ru.pdf", stated=stated, findings=findings), at=AT)
    [piece] = drafted(case.case_id)
    assert (piece.stated, piece.findings) == (stated, findings)


def test_saving_spends_nothing_and_is_no_step_of_the_case() -> None:
    case = unshipped()
    ready(case, a_file("o1_shipment_ru.pdf"), at=AT)
    drafts.remove(case.case_id, "o1_shipment_ru.pdf", at=AT, actor="test", books=BOOKS)
    assert names(case) == []
    assert not Submission.objects.exists()
    assert CaseEvent.objects.filter(case=case).count() == 1


def test_a_file_is_replaced_only_where_that_is_said() -> None:
    case = unshipped()
    [first] = ready(case, a_file("o1_shipment_ru.pdf"), at=AT)
    assert refused(case, a_file("o1_shipment_ru.pdf", salt="2")) == ["name_taken"]
    [second] = ready(case, a_file("o1_shipment_ru.pdf", salt="2"), at=AT, instead=True)
    assert names(case) == ["o1_shipment_ru.pdf"]
    assert second.file_id != first.file_id


def test_of_several_files_all_are_taken_or_none() -> None:
    case = unshipped()
    good, bad = a_file("o1_shipment_ru.pdf"), a_file("selfie.pdf")
    assert refused(case, good, bad) == ["unknown_kind"]
    assert refused(case, a_file("o1_outbound_ru.pdf"), a_file("o1_shipment_ru.pdf", size=10_000_001)) == ["too_large"]
    assert names(case) == []
    assert not StoredFile.objects.exists()


def test_a_file_over_the_bound_of_the_book_is_refused_with_its_code_and_one_at_it_is_not() -> None:
    case = unshipped()
    with pytest.raises(OmbudError, match=r"^o1_shipment_ru.pdf: ERR_007: the file has more than 10000000 bytes"):
        ready(case, a_file("o1_shipment_ru.pdf", size=10_000_001), at=AT)
    ready(case, a_file("o1_shipment_ru.pdf", size=10_000_000), at=AT)
    assert names(case) == ["o1_shipment_ru.pdf"]


@pytest.mark.parametrize(
    ("file", "codes"),
    [
        (a_file("o1_shipment_ru.pdf", kind="selfie"), ["unknown_kind"]),
        (a_file("waybill.pdf"), ["unknown_kind"]),
        (a_file("o1_shipment_ru.pdf", language="russian"), ["no_language"]),
        (a_file("o1_shipment_ru.pdf", stated={"Made At": START}), ["no_word"]),
        (a_file("../o1_shipment_ru.pdf", kind="waybill"), ["no_name"]),
        (a_file("o1_ship\nment_ru.pdf", kind="waybill"), ["no_name"]),
        (a_file("o1_\u202efdp.pdf", kind="waybill"), ["no_name"]),
        (a_file("a" * 300 + ".pdf", kind="waybill"), ["no_name"]),
    ],
)
def test_a_piece_that_cannot_be_is_refused_with_its_place(file: drafts.NewPiece, codes: list[str]) -> None:
    assert refused(unshipped(), file) == codes


def test_two_files_of_one_name_are_refused_together() -> None:
    twice = [a_file("o1_shipment_ru.pdf"), a_file("o1_shipment_ru.pdf", salt="2")]
    assert refused(unshipped(), *twice) == ["name_taken"]


def test_where_names_say_nothing_the_kind_must_be_said() -> None:
    [case] = disputed()
    assert refused(case, a_file("proof.pdf")) == ["unknown_kind"]
    ready(case, a_file("proof.pdf", kind="delivery_proof"), at=START + 20 * DAY)
    assert names(case) == ["proof.pdf"]


def test_another_stores_case_is_as_unknown_as_one_that_is_not_there() -> None:
    case = unshipped()
    said = []
    for case_id, store_id in ((case.case_id, "s2"), (case.case_id + 1, "s2")):
        with pytest.raises(OmbudError) as error:
            drafts.add(case_id, [a_file("o1_shipment_ru.pdf")], at=AT, actor="x", books=BOOKS, store_id=store_id)
        said.append(str(error.value).replace(f"#{case_id}", "#"))
    assert said[0] == said[1]
    assert "s1" not in said[0]
    with pytest.raises(OmbudError, match="There is no case"):
        drafts.add(case.case_id + 1, [], at=AT, actor="x", books=BOOKS)


def test_a_closed_case_takes_no_file_and_keeps_what_lay_ready() -> None:
    case = unshipped()
    ready(case, a_file("o1_shipment_ru.pdf"), at=AT)
    end(case, State.WITHDRAWN, AT)
    assert refused(case, a_file("o1_outbound_ru.pdf")) == ["case_closed"]
    assert names(case) == ["o1_shipment_ru.pdf"]


def test_what_does_not_lie_ready_cannot_be_taken_off_and_what_does_is_named() -> None:
    case = unshipped()
    ready(case, a_file("o1_shipment_ru.pdf"), at=AT)
    with pytest.raises(OmbudError, match="What lies ready: o1_shipment_ru"):
        drafts.remove(case.case_id, "o1_outbound_ru.pdf", at=AT, actor="test", books=BOOKS)
