"""People, organisations and browsers for tests of pages."""

from __future__ import annotations

from datetime import UTC, datetime

from django.test import Client

from ombud.domain.roles import Role, Side
from ombud.people.models import Holding, Member, Organisation, User
from ombud.store.models import Store

AT = datetime(2026, 4, 20, 12, tzinfo=UTC)
"""What time it is on every page of a test (`at` moves it)."""
PASSWORD = "correct horse battery"


def now() -> datetime:
    """What `settings.CLOCK` names in tests."""
    return AT


def an_organisation(side: Side = Side.SELLER, name: str = "Lumen", *stores: Store) -> Organisation:
    found = Organisation.objects.create(name=name, side=side, created_at=AT)
    for store in stores:
        Holding.objects.create(store=store, organisation=found)
    return found


def a_member(organisation: Organisation, role: Role, email: str = "") -> Member:
    email = email or f"{role}@{organisation.name.lower()}.example"
    user = User.objects.filter(email=email).first() or User.objects.create_user(email, PASSWORD, joined_at=AT)
    return Member.objects.create(user=user, organisation=organisation, role=role, added_at=AT)


def browser(member: Member | None = None, language: str = "en") -> Client:
    """A browser in which that member is logged in, or a stranger's."""
    client = Client(headers={"accept-language": language})
    if member is not None:
        client.force_login(member.user)
    return client
