"""A Merkle tree over the heads of all cases, kept in rows of 64 hashes: one head is proved without showing another.

The leaf of a case stands at the position of its number; where there is no case, there is `EMPTY`. Six levels of the
tree are one row, so that a changed head changes one row on each of `rows_high` floors.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from hashlib import sha256

SLOTS = 64
ROW_HEIGHT = 6
"""Levels of the tree in a row: 2 ** 6 slots."""
EMPTY = bytes(32)
EMPTY_ROW = EMPTY * SLOTS
_SIZE = len(EMPTY)


def leaf(case_id: int, seq: int, head: str) -> bytes:
    """What stands for a case: its number, and the number and the hash of its last step."""
    return sha256(b"\x00" + f"{case_id}:{seq}:{head}".encode()).digest()


def node(left: bytes, right: bytes) -> bytes:
    """What stands for two; nothing stands for nothing."""
    return EMPTY if left == right == EMPTY else sha256(b"\x01" + left + right).digest()


def rows_high(last: int) -> int:
    """How many floors of rows a tree has whose last position is `last`."""
    high = 1
    while last >= SLOTS**high:
        high += 1
    return high


def with_slots(row: bytes, values: Mapping[int, bytes]) -> bytes:
    """`row` with other hashes in some of its slots."""
    changed = bytearray(row)
    for slot, value in values.items():
        changed[slot * _SIZE : (slot + 1) * _SIZE] = value
    return bytes(changed)


def row_root(row: bytes) -> bytes:
    """The hash of 64 slots."""
    return _floors(row)[-1][0]


def row_path(row: bytes, slot: int) -> list[bytes]:
    """The six hashes that stand beside the way from `slot` to the root of its row, the lowest first."""
    return [floor[(slot >> height) ^ 1] for height, floor in enumerate(_floors(row)[:-1])]


def root_from(leaf_hash: bytes, position: int, path: Sequence[bytes]) -> bytes:
    """The root that a leaf and the hashes beside its way lead to."""
    found = leaf_hash
    for height, beside in enumerate(path):
        found = node(beside, found) if position >> height & 1 else node(found, beside)
    return found


def _floors(row: bytes) -> list[list[bytes]]:
    floors = [[row[at : at + _SIZE] for at in range(0, len(row), _SIZE)]]
    while len(floors[-1]) > 1:
        below = floors[-1]
        floors.append([node(below[at], below[at + 1]) for at in range(0, len(below), 2)])
    return floors


class Growing:
    """Builds the tree from its leaves in the order of their positions, in the memory of one row on each floor.

    `whole` hears of each row that is done: floor, position on that floor, row.
    """

    def __init__(self, whole: Callable[[int, int, bytes], None]) -> None:
        self._whole = whole
        self._rows: list[tuple[int, bytearray]] = []

    def add(self, position: int, value: bytes, floor: int = 0) -> None:
        """Positions rise."""
        at, slot = divmod(position, SLOTS)
        if floor == len(self._rows):
            self._rows.append((at, bytearray(EMPTY_ROW)))
        elif self._rows[floor][0] != at:
            self._close(floor)
            self._rows[floor] = (at, bytearray(EMPTY_ROW))
        self._rows[floor][1][slot * _SIZE : (slot + 1) * _SIZE] = value

    def root(self) -> bytes:
        """The root over all that was added; nothing can be added any more."""
        if not self._rows:
            return EMPTY
        floor = 0
        while floor + 1 < len(self._rows) or self._rows[floor][0]:
            self._close(floor)
            floor += 1
        at, row = self._rows[floor]
        self._whole(floor, at, bytes(row))
        return row_root(bytes(row))

    def _close(self, floor: int) -> None:
        at, row = self._rows[floor]
        self._whole(floor, at, bytes(row))
        self.add(at, row_root(bytes(row)), floor + 1)
