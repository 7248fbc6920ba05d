"""The causes of cases as a table for spreadsheets and programs: the same columns from every door (S12)."""

from __future__ import annotations

from ombud.documents import sheets
from ombud.documents.sheets import Column, Value
from ombud.domain.problems import N_
from ombud.languages import _
from ombud.store.causes import By, Cause

NAMES = {
    By.SKU: N_("SKU"),
    By.CARRIER: N_("carrier"),
    By.WAREHOUSE: N_("warehouse"),
    By.BUYER: N_("buyer"),
    By.CATEGORY: N_("category"),
    By.VIOLATION: N_("violation"),
}
"""What cases are grouped by, as people say it."""


def table(by: By, found: list[Cause]) -> tuple[list[Column], list[list[Value]]]:
    """A row for each cause; a column of money for each currency."""
    currencies = sorted({currency for cause in found for currency in cause.charged})
    columns = [
        Column(by, _(NAMES[by])),
        Column("cases", _("cases"), "count"),
        Column("lost", _("lost"), "count"),
        Column("orders", _("orders"), "count"),
        Column("rate", _("rate"), "rate"),
    ]
    columns += [
        Column(f"charged_{currency}", _("charged, {currency}").format(currency=currency), "amount", currency)
        for currency in currencies
    ]
    rows: list[list[Value]] = []
    for cause in found:
        rate = cause.share.rate
        row: list[Value] = [cause.name, cause.cases, cause.lost, cause.orders]
        row.append(None if rate is None else sheets.share(rate))
        row += [sheets.amount(cause.charged.get(currency, 0), currency) for currency in currencies]
        rows.append(row)
    return columns, rows
