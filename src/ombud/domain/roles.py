"""Who may do what: the one table that every page, and every test of every page, reads."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from ombud.domain.problems import N_


class Side(StrEnum):
    """What an organisation is."""

    SELLER = "seller"
    OPERATOR = "operator"


class Role(StrEnum):
    """What somebody is in an organisation."""

    OWNER = "owner"
    AGENT = "agent"
    ADMIN = "admin"
    REVIEWER = "reviewer"
    FINANCE = "finance"
    READER = "reader"


class Right(StrEnum):
    """What may be done. Everybody sees no more than the stores of their organisation; an operator sees all."""

    SEE = "see"
    """Cases, health and money."""
    ANSWER = "answer"
    """Put evidence ready and hand it in."""
    CONCEDE = "concede"
    """Accept a dispute as the merchant: it ends the case and costs money."""
    TEMPLATES = "templates"
    MEMBERS = "members"
    """Invite, change and remove members; channels of alerts; which stores belong to the organisation."""
    RULE = "rule"
    CARRIERS = "carriers"
    """The list of accepted carriers, and rulebooks before they take effect."""
    AUDIT = "audit"
    """The ledger and the histories, checked whole."""
    OPERATE = "operate"
    """Stores, flags, sanctions and the loop, of the whole marketplace."""


RIGHTS: Mapping[tuple[Side, Role], frozenset[Right]] = MappingProxyType(
    {
        (Side.SELLER, Role.OWNER): frozenset({Right.SEE, Right.ANSWER, Right.CONCEDE, Right.TEMPLATES, Right.MEMBERS}),
        (Side.SELLER, Role.AGENT): frozenset({Right.SEE, Right.ANSWER, Right.TEMPLATES}),
        (Side.SELLER, Role.READER): frozenset({Right.SEE}),
        (Side.OPERATOR, Role.ADMIN): frozenset(
            {Right.SEE, Right.RULE, Right.CARRIERS, Right.AUDIT, Right.OPERATE, Right.MEMBERS}
        ),
        (Side.OPERATOR, Role.REVIEWER): frozenset({Right.SEE, Right.RULE, Right.OPERATE}),
        (Side.OPERATOR, Role.FINANCE): frozenset({Right.SEE, Right.AUDIT, Right.OPERATE}),
        (Side.OPERATOR, Role.READER): frozenset({Right.SEE, Right.OPERATE}),
    }
)
"""The roles that there are on each side, and what each may do."""

SIDES: Mapping[Side, str] = {Side.SELLER: N_("seller"), Side.OPERATOR: N_("operator")}
ROLES: Mapping[Role, str] = {
    Role.OWNER: N_("owner"),
    Role.AGENT: N_("agent"),
    Role.ADMIN: N_("administrator"),
    Role.REVIEWER: N_("reviewer"),
    Role.FINANCE: N_("finance"),
    Role.READER: N_("read only"),
}


def may(side: Side, role: Role, right: Right) -> bool:
    """Whether somebody of that role may."""
    return right in RIGHTS.get((side, role), frozenset())
