"""What is put ready on the pages: taken in within its limits, checked with its place shown, named, taken off, kept."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connections
from django.test import Client
from django.urls import reverse
from PIL import Image

from ombud.domain.roles import Role
from ombud.domain.said import Said
from ombud.store.drafts import drafted
from ombud.store.models import Case, DraftPiece, DraftStep, StoredFile
from ombud.web.inspecting import Readers, readers
from ombud.web.receiving import MOST_BYTES
from tests.actions.evidence import a_file, content, names, read_before, ready
from tests.actions.ruled import hand_in, scanned
from tests.actions.taking import DAY, START
from tests.conftest import OwnStore
from tests.inspect.pdfs import page, text, written
from tests.web.cases import look_at, operator, seller

AT = START + 4 * DAY
WAYBILL = "o1_shipment_ru.pdf"
TEN_MB = 10_000_000


@pytest.fixture(autouse=True)
def _now(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    look_at(monkeypatch, AT)
    yield
    readers().close()


def put(client: Client, case: Case, *files: SimpleUploadedFile, kind: str = "", **headers: str) -> str:
    """Sends files as a form does; the page that comes of it."""
    data = {"file": list(files), "kind": kind}
    answer = client.post(reverse("evidence_add", args=[case.case_id]), data, headers=headers, follow=True)
    assert answer.status_code == 200
    return answer.content.decode()


def an_upload(name: str = WAYBILL, size: int = 0) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content(name, size=size))


@pytest.mark.django_db
def test_a_file_lies_ready_under_the_kind_that_its_name_says() -> None:
    case = scanned()
    client = seller(case, Role.AGENT)
    said = put(client, case, an_upload())
    row = DraftPiece.objects.get()
    assert (row.name, row.kind, row.language, row.actor) == (WAYBILL, "waybill", "ru", "agent@lumen.example")
    assert WAYBILL in said


@pytest.mark.django_db
def test_a_file_whose_name_says_no_kind_is_asked_for_and_taken_once_it_is_said() -> None:
    case = scanned()
    client = seller(case)
    said = put(client, case, an_upload("scan.pdf"), an_upload())
    assert "What kind of evidence is scan.pdf?" in said
    assert "--kind" not in said
    assert names(case) == [WAYBILL]
    put(client, case, an_upload("scan.pdf"), kind="outbound_record")
    assert names(case) == [WAYBILL, "scan.pdf"]


@pytest.mark.django_db
def test_a_script_is_told_that_a_kind_is_wanted() -> None:
    case = scanned()
    address = reverse("evidence_add", args=[case.case_id])
    client = seller(case)
    for name, wanted in (("scan.pdf", "1"), (WAYBILL, None)):
        answer = client.post(address, {"file": [an_upload(name)], "kind": ""}, headers={"HX-Request": "true"})
        assert answer.headers.get("X-Kind-Wanted") == wanted
        assert answer.content.decode().startswith("<section")


@pytest.mark.django_db
def test_a_file_that_is_larger_than_its_case_takes_is_left_at_its_limit_and_the_others_are_taken() -> None:
    case = scanned()
    said = put(seller(case), case, an_upload("o1_outbound_ru.pdf", TEN_MB + 1), an_upload())
    assert names(case) == [WAYBILL]
    assert "10000000 bytes" in said
    assert StoredFile.objects.count() == 1


@pytest.mark.django_db
def test_a_file_of_exactly_the_limit_is_taken() -> None:
    case = scanned()
    put(seller(case), case, an_upload(size=TEN_MB))
    assert names(case) == [WAYBILL]


@pytest.mark.django_db
def test_a_request_that_never_ends_is_ended() -> None:
    case = scanned()
    huge = SimpleUploadedFile("huge.pdf", b"")
    huge.file = BytesIO(b"%PDF" + bytes(MOST_BYTES + (1 << 20)))
    huge.size = MOST_BYTES + (1 << 20) + 4
    put(seller(case), case, huge, kind="waybill")
    assert names(case) == []


@pytest.mark.django_db
def test_the_same_name_again_replaces_what_lay_ready() -> None:
    case = scanned()
    client = seller(case)
    put(client, case, an_upload())
    put(client, case, SimpleUploadedFile(WAYBILL, content(WAYBILL, salt="mended")))
    assert DraftPiece.objects.get().file_id == hashlib.sha256(content(WAYBILL, salt="mended")).hexdigest()


@pytest.mark.django_db
def test_one_click_gives_a_file_the_name_that_the_platform_wants() -> None:
    case = scanned()
    client = seller(case)
    said = put(client, case, an_upload("scan.pdf"), kind="waybill")
    assert f"Rename to {WAYBILL}" in said
    row = DraftPiece.objects.get()
    client.post(reverse("evidence_rename", args=[case.case_id, row.draft_piece_id]), {"name": WAYBILL})
    row = DraftPiece.objects.get()
    assert (row.name, row.kind, row.language) == (WAYBILL, "waybill", "ru")


@pytest.mark.django_db
def test_a_file_is_taken_off() -> None:
    case = scanned()
    [row] = ready(case, a_file(WAYBILL), at=AT)
    client = seller(case)
    client.post(reverse("evidence_remove", args=[case.case_id, row.draft_piece_id]))
    assert names(case) == []
    assert client.post(reverse("evidence_remove", args=[case.case_id, row.draft_piece_id])).status_code == 404


@pytest.mark.django_db
def test_the_history_says_who_did_what_with_a_file_and_an_operator_does_not_see_drafts() -> None:
    case = scanned()
    put(seller(case, Role.AGENT), case, an_upload("scan.pdf"), kind="waybill")
    row = DraftPiece.objects.get()
    owner = seller(case, Role.OWNER)
    owner.post(reverse("evidence_rename", args=[case.case_id, row.draft_piece_id]), {"name": WAYBILL})
    owner.post(reverse("evidence_remove", args=[case.case_id, row.draft_piece_id]))
    steps = [("put_ready", "agent", "scan.pdf", ""), ("renamed", "owner", WAYBILL, "scan.pdf")]
    steps.append(("taken_off", "owner", WAYBILL, ""))
    kept = DraftStep.objects.order_by("pk").values_list("what", "actor", "name", "was", "at", "sha256")
    hers = [(what, f"{who}@lumen.example", name, was, AT, row.file_id) for what, who, name, was in steps]
    assert list(kept) == hers
    said = owner.get(reverse("case", args=[case.case_id])).content.decode()
    assert f"renamed: scan.pdf is now {WAYBILL}" in said
    assert "put ready: scan.pdf" not in operator().get(reverse("case", args=[case.case_id])).content.decode()


@pytest.mark.django_db
def test_a_form_without_its_token_puts_nothing_ready() -> None:
    case = scanned()
    client = seller(case)
    client.handler.enforce_csrf_checks = True
    address = reverse("evidence_add", args=[case.case_id])
    assert client.post(address, {"file": [an_upload()], "kind": ""}).status_code == 403
    assert names(case) == []
    client.get(reverse("case", args=[case.case_id]))
    token = client.cookies["csrftoken"].value
    client.post(address, {"file": [an_upload()], "kind": ""}, headers={"X-CSRFToken": token})
    assert names(case) == [WAYBILL]


@pytest.mark.django_db
@pytest.mark.parametrize("role", [Role.READER, None])
def test_who_may_not_answer_puts_nothing_ready(role: Role | None) -> None:
    case = scanned()
    client = seller(case, role) if role else operator()
    address = reverse("evidence_add", args=[case.case_id])
    assert client.post(address, {"file": [an_upload()], "kind": ""}).status_code == 404
    assert names(case) == []


@pytest.mark.django_db
def test_a_finding_says_what_where_and_how_to_mend_it_and_its_box_is_outlined() -> None:
    case = scanned()
    read_before(content(WAYBILL), *_in_english())
    [row] = ready(case, a_file(WAYBILL), at=AT)
    client = seller(case)
    said = client.get(reverse("case", args=[case.case_id])).content.decode()
    look = reverse("evidence_look", args=[case.case_id, "ready", row.draft_piece_id])
    for words in (
        "ERR_027 Wrong language",
        "Hand in the Russian document.",
        "page 2, top left",
        f'href="{look}?finding=',
    ):
        assert words in said
    said = client.get(look, {"page": "2"}).content.decode()
    assert '<rect class="doubt" x="96" y="46" width="308" height="38"/>' in said
    assert "?page=2&amp;at=0" in said
    assert "<rect" not in client.get(look, {"page": "1"}).content.decode()


def _in_english() -> tuple[Said, ...]:
    return (
        Said("pages", 2, "container"),
        Said("language", "en", "text_layer"),
        Said("language_share", "en 1.00", "text_layer"),
        Said("tracking_number", "9999999999", "text_layer", page=2, box=(100, 50, 400, 80)),
    )


@pytest.mark.django_db
def test_an_operator_looks_at_what_was_handed_in() -> None:
    case = hand_in(scanned(), at=AT)
    piece = case.submission_set.get().piece_set.first()
    assert piece is not None
    look = reverse("evidence_look", args=[case.case_id, "handed-in", piece.piece_id])
    assert look in operator().get(reverse("case", args=[case.case_id])).content.decode()
    assert operator(Role.FINANCE).get(look).status_code == 200


@pytest.mark.django_db
def test_a_page_is_drawn_and_what_cannot_be_drawn_is_no_picture(tmp_path: Path) -> None:
    case = scanned()
    paper = written(tmp_path / "a.pdf", page(text(72, 700, "Waybill"))).read_bytes()
    client = seller(case)
    put(client, case, SimpleUploadedFile(WAYBILL, paper), an_upload("o1_outbound_ru.pdf"))
    whole, broken = (
        client.get(reverse("evidence_image", args=[case.case_id, "ready", row.draft_piece_id]))
        for row in DraftPiece.objects.order_by("draft_piece_id")
    )
    assert (whole.status_code, whole.headers["Content-Type"]) == (200, "image/png")
    assert Image.open(BytesIO(whole.content)).size[1] > 1000
    assert broken.status_code == 404


@pytest.mark.django_db
def test_a_file_leaves_to_be_saved_and_never_to_be_shown() -> None:
    case = scanned()
    [row] = ready(case, a_file(WAYBILL), at=AT)
    answer = seller(case).get(reverse("evidence_file", args=[case.case_id, "ready", row.draft_piece_id]))
    assert b"".join(answer.streaming_content) == content(WAYBILL)  # type: ignore[attr-defined]
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{WAYBILL}"'
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"


def test_a_file_is_read_behind_the_page_which_asks_until_it_is(
    store: OwnStore, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    del store
    # Threads open connections of their own: to the same store.
    monkeypatch.setitem(connections.settings["default"], "NAME", connections["default"].settings_dict["NAME"])
    case = scanned()
    paper = written(tmp_path / "a.pdf", page(text(72, 700, "A waybill and enough words of it to be read by anybody")))
    [row] = ready(case, a_file(WAYBILL), at=AT)
    row.file_id = _kept(paper.read_bytes())
    row.save()
    background = Readers(1, others_s=0)
    try:
        assert background.checking(drafted(case.case_id), AT) == {row.file_id}  # nobody was asked: forgotten
        background.wait([row.file_id], 60)
        [piece] = drafted(case.case_id)
        assert [one.value for one in piece.said if one.field == "pages"] == [1]
        assert background.checking([piece], AT) == frozenset()
    finally:
        background.close()


def _kept(data: bytes) -> str:
    from ombud.store import evidence_files

    return str(evidence_files.put(BytesIO(data), at=AT).pk)


@pytest.mark.django_db
def test_where_nothing_is_read_a_page_asks_for_nothing_and_says_so() -> None:
    case = scanned()
    ready(case, a_file(WAYBILL), at=AT)
    client = seller(case)
    said = client.get(reverse("case", args=[case.case_id])).content.decode()
    assert "hx-trigger" not in said
    assert "Nobody has read it yet" in said
    part = reverse("evidence", args=[case.case_id])
    assert client.get(part, {"checking": "0"}).status_code == 204
    assert client.get(part, {"checking": "1"}).status_code == 200
