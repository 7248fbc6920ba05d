"""What a lost or conceded case costs, line by line from the book."""

from __future__ import annotations

from ombud.domain.money import amounts, format_amount
from ombud.languages import _
from ombud.store import books
from ombud.store.models import Case
from ombud.words import cases


def lines(case: Case, held_minor: int | None = None) -> list[tuple[str, int]]:
    """(title, amount in minor units) of each line that the book charges; none where it charges nothing.

    held_minor: what is held, where that is not what the case says now.
    """
    order, book = case.order, books.kept(case.rulebook_id)
    version = None if case.route else books.version(book, "money.charge", case.opened_at)
    if version is None:
        return []
    values = {
        "order.amount_minor": order.amount_minor,
        "order.shipping_minor": order.shipping_minor,
        "order.refunded_minor": order.refunded_minor,
        "store.commission_rate": case.store.commission_rate,
        "case.held_minor": case.held_minor if held_minor is None else held_minor,
    }
    clause = f"money.charge@{version.valid_from.date().isoformat()}"
    found = amounts(version.value, values)
    return [(cases.money_line(name, clause, book), amount) for name, amount in found if amount]


def sentences(case: Case) -> list[str]:
    """What accepting costs, beside what was refunded to the buyer already."""
    order = case.order
    said = [_("The order came to {amount}.").format(amount=format_amount(order.amount_minor, order.currency))]
    if order.refunded_minor:
        refunded = format_amount(order.refunded_minor, order.currency)
        said.append(_("{refunded} of it were refunded to the buyer already.").format(refunded=refunded))
    charged = [f"{title} {format_amount(amount, order.currency)}" for title, amount in lines(case)]
    words = _("To pay: {lines}. Dispute protection pays instead where the store has it.")
    return [*said, words.format(lines=", ".join(charged))] if charged else said
