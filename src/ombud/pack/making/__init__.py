"""What changes files. It runs in the confined workers only: `ombud.pack.worker` calls it, nobody else.

Each function gives the bytes of the new file and what is to be said of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

Done: TypeAlias = tuple[bytes, Mapping[str, int | str]]
"""The new file; what happened to it, by name."""


class UnmakableError(Exception):
    """It is not made. The first argument is a reason of `ombud.pack.workshop`."""
