"""What somebody may see: every page asks for stores and cases here, and nowhere else.

A store of another organisation is as unknown as one that is not there, in the same words.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import QuerySet

from ombud.domain.problems import N_, OmbudError, Problem
from ombud.domain.roles import Right, Role, Side, may
from ombud.people.models import Member, User
from ombud.store.models import Case, Store


@dataclass(frozen=True, slots=True)
class Scope:
    """Somebody in one of their organisations."""

    user_id: int
    actor: str
    """As the history of a case names who did something."""
    organisation_id: int
    organisation: str
    side: Side
    role: Role

    def may(self, right: Right) -> bool:
        """Whether they may."""
        return may(self.side, self.role, right)

    def stores(self) -> QuerySet[Store]:
        """The stores that they see."""
        if self.side is Side.OPERATOR:
            return Store.objects.all()
        return Store.objects.filter(holding__organisation=self.organisation_id)

    def cases(self) -> QuerySet[Case]:
        """The cases that they see."""
        if self.side is Side.OPERATOR:
            return Case.objects.all()
        return Case.objects.filter(store__holding__organisation=self.organisation_id)

    def store(self, store_id: str) -> Store:
        """One of their stores. Raises OmbudError where there is none of that name."""
        found = self.stores().filter(store_id=store_id).first()
        if found is None:
            raise OmbudError(Problem("unknown_store", N_("There is no store {text}."), {"text": store_id}))
        return found

    def case(self, case_id: int) -> Case:
        """One of their cases. Raises OmbudError where there is none of that number."""
        found = self.cases().select_related("store", "order").filter(case_id=case_id).first()
        if found is None:
            raise OmbudError(Problem("unknown_case", N_("There is no case {text}."), {"text": f"#{case_id}"}))
        return found


def scopes_of(user: User) -> list[Scope]:
    """The organisations that somebody is in, the first joined first."""
    rows = Member.objects.select_related("organisation").filter(user=user, removed_at=None).order_by("member_id")
    return [
        Scope(
            user.pk,
            user.email,
            row.organisation_id,
            row.organisation.name,
            Side(row.organisation.side),
            Role(row.role),
        )
        for row in rows
    ]
