"""Which keys the store knows: what a facts folder may point to without holding it."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import connection

POINTED_TO: dict[str, tuple[str, ...]] = {
    "stores": ("store_id",),
    "orders": ("order_id",),
    "parcels": ("carrier", "tracking_number"),
}
"""The tables that rows of others point to, and by which columns."""

_AT_A_TIME = 1_000  # older databases take no more than some thousand values in one statement


def known(table: str, keys: Sequence[tuple[str, ...]]) -> set[tuple[str, ...]]:
    """Those of `keys` (values of POINTED_TO[table]) of which the store has a row. Read by index."""
    columns = POINTED_TO[table]
    names = ", ".join(columns)
    row = f"({', '.join(['%s'] * len(columns))})"
    found: set[tuple[str, ...]] = set()
    with connection.cursor() as cursor:
        for start in range(0, len(keys), _AT_A_TIME):
            some = keys[start : start + _AT_A_TIME]
            values = ", ".join([row] * len(some))
            cursor.execute(
                f"SELECT DISTINCT {names} FROM {table} WHERE ({names}) IN (VALUES {values})",
                [value for key in some for value in key],
            )
            found.update(cursor.fetchall())
    return found
