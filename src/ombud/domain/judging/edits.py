"""How many letters two texts differ by."""

from __future__ import annotations


def edits(one: str, other: str, most: int) -> int | None:
    """Insertions, deletions and exchanges that make `other` out of `one`; None where they are more than `most`."""
    if abs(len(one) - len(other)) > most:
        return None
    row = list(range(len(other) + 1))
    for index, letter in enumerate(one, start=1):
        before, row[0] = row[0], index
        for place, against in enumerate(other, start=1):
            before, row[place] = row[place], min(row[place] + 1, row[place - 1] + 1, before + (letter != against))
        if min(row) > most:
            return None
    return row[-1] if row[-1] <= most else None
