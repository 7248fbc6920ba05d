"""Cases of sellers who look at them, and the instant at which they do."""

from __future__ import annotations

from datetime import datetime

import pytest
from django.test import Client

from ombud.domain.roles import Role, Side
from ombud.people.models import Holding
from ombud.store.models import Case, Store
from tests.web import members
from tests.web.members import a_member, an_organisation, browser


def look_at(monkeypatch: pytest.MonkeyPatch, instant: datetime) -> None:
    """Pages stand at `instant` from now on."""
    monkeypatch.setattr(members, "AT", instant)


def seller(case: Case, role: Role = Role.OWNER, language: str = "en") -> Client:
    """The browser of somebody to whose organisation the store of the case belongs."""
    store = Store.objects.get(pk=case.store_id)
    holding = Holding.objects.filter(store=store).first()
    organisation = holding.organisation if holding else an_organisation(Side.SELLER, "Lumen", store)
    return browser(a_member(organisation, role), language)


def operator(role: Role = Role.REVIEWER) -> Client:
    """The browser of somebody of the marketplace."""
    return browser(a_member(an_organisation(Side.OPERATOR, "Market"), role))
