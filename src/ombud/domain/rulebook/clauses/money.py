"""Money: what is held when a case opens, given back when it is won, and charged when it is lost."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

from pydantic import Field

from ombud.domain.money import MoneyLine, Rounding
from ombud.domain.rulebook.words import FieldName, Number, Part, Slug, Texts, Version, Versions


class LineText(Part):
    """amount = (base less `less`) × times × rate, moved from the account `debit` to the account `credit`."""

    name: Slug
    base: FieldName
    """A field that holds money: order.amount_minor, order.shipping_minor, case.held_minor."""
    less: FieldName | None = None
    """A field that holds money, taken off the base first: what was refunded already. Never below 0."""
    times: Number = Decimal(1)
    rate: FieldName | None = None
    """A field that holds a fraction: store.commission_rate."""
    debit: Slug
    credit: Slug
    title: Texts


class MoneyVersion(Version):
    rounding: Rounding
    """How each line comes to whole minor units."""
    lines: Annotated[tuple[LineText, ...], Field(min_length=1)]

    def meaning(self) -> tuple[MoneyLine, ...]:
        return tuple(
            MoneyLine(line.name, line.base, line.times, line.rate, self.rounding, line.debit, line.credit, line.less)
            for line in self.lines
        )


class Money(Part):
    """The postings of a case, by what happens to it."""

    hold: Versions[MoneyVersion] = ()
    """When it opens."""
    release: Versions[MoneyVersion] = ()
    """When it ends in the seller's favour."""
    charge: Versions[MoneyVersion] = ()
    """When it is lost."""
    charge_protected: Versions[MoneyVersion] = ()
    """When it is lost and the store had subscribed to protection."""
