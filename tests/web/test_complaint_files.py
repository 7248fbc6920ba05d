"""What a buyer showed reaches who may see the case, with what speaks against it, and nobody else (S11, G4)."""

from __future__ import annotations

import pytest

from ombud.actions.cases import open_due
from ombud.domain.roles import Role, Side
from ombud.domain.said import Said
from ombud.inspect import VERSION
from ombud.store.models import Case, ComplaintFile, FileSaid, Store
from tests.actions.taking import BOOKS
from tests.web.members import AT, a_member, an_organisation, browser
from tests.web.test_report import photo, send, shopify

pytestmark = pytest.mark.django_db


def reported() -> tuple[Case, ComplaintFile]:
    """A case with a photo that the buyer showed."""
    send(shopify(), "not_as_described", photo())
    open_due(AT, books=BOOKS, actor="test")
    return Case.objects.get(), ComplaintFile.objects.get()


def test_the_seller_sees_what_the_buyer_showed_and_saves_it() -> None:
    case, file = reported()
    owner = browser(a_member(an_organisation(Side.SELLER, "Ours", Store.objects.get()), Role.OWNER))
    text = owner.get(f"/cases/{case.case_id}/").content.decode()
    assert "photo.jpg" in text
    assert "It was not read yet." in text
    address = f"/cases/{case.case_id}/complaint-files/{file.pk}"
    assert owner.get(f"{address}/picture/").content.startswith((b"\x89PNG", b"\xff\xd8"))
    saved = owner.get(f"{address}/save/")
    assert saved.headers["Content-Disposition"] == 'attachment; filename="photo.jpg"'
    assert saved.headers["Content-Type"] == "application/octet-stream"
    saved.close()


def test_nobody_else_does() -> None:
    case, file = reported()
    others = browser(a_member(an_organisation(Side.SELLER, "Theirs"), Role.OWNER))
    for place in ("picture", "save"):
        address = f"/cases/{case.case_id}/complaint-files/{file.pk}/{place}/"
        assert others.get(address).status_code == 404
        assert browser().get(address).headers["Location"].startswith("/accounts/login/")


@pytest.mark.parametrize(
    ("said", "told"),
    [
        (Said("duration_ms", 9_999, "container"), "The video lasts only 9 s"),
        (Said("problem", "no_video", "container"), "It has no picture to look at."),
        (Said("duration_ms", 10_000, "container"), ""),
    ],
)
def test_what_speaks_against_it_is_a_doubt_for_the_reviewer_alone(said: Said, told: str) -> None:
    case, file = reported()
    FileSaid.objects.create(file_id=file.file_id, version=VERSION, said=[said.plain()], inspected_at=AT)
    operator = browser(a_member(an_organisation(Side.OPERATOR, "Market"), Role.REVIEWER))
    text = operator.get(f"/cases/{case.case_id}/").content.decode()
    assert "photo.jpg" in text
    assert told in text
    assert ("The video lasts only" in text or "no picture" in text) is bool(told)
