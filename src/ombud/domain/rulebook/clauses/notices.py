"""What people are told, and what is answered and reported by itself."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from ombud.domain.rulebook.words import Flag, Language, Texts, Version, Word


class NoticeVersion(Version):
    """What goes out when a case opens."""

    language: Language
    formats: tuple[Literal["pdf", "mail", "chat", "webhook"], ...]
    contains: tuple[Literal["violation", "order_id", "deadline", "evidence", "amount"], ...]
    zones: tuple[Literal["utc", "store"], ...] = ("utc", "store")
    """In which zones its instants are written."""


class ResponseVersion(Version):
    """An automatic response, and the fields that its template may name between double braces."""

    fields: Annotated[tuple[Word, ...], Field(min_length=1)]
    template: Texts
    attach_delivery_proof: Flag = False
    """The proof of delivery is attached by itself when the parcel is signed for."""


class ReportVersion(Version):
    """By what cases are grouped to show what to mend."""

    group_by: Annotated[tuple[Literal["sku", "carrier", "warehouse", "buyer", "violation"], ...], Field(min_length=1)]


class IntegrationVersion(Version):
    """How an ERP or WMS is linked."""

    authorisation: Literal["oauth2", "key"]
    pushes: tuple[Literal["number_assigned", "label_printed", "shipped", "tracked"], ...]


class ValuesVersion(Version):
    values: Annotated[tuple[Word, ...], Field(min_length=1)]

    def meaning(self) -> tuple[str, ...]:
        return self.values


class PortalVersion(Version):
    """Where a person finds it on the platform."""

    path: Texts
