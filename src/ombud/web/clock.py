"""What time it is for a page: the only place below the pages that looks at a clock."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from django.conf import settings

from ombud.domain.instants import format_instant, parse_instant


def now() -> datetime:
    """The present instant; in a demo, the one that its bar was moved to."""
    if settings.DEMO:
        return parse_instant(Path(settings.DEMO).read_text("utf-8").strip())
    return datetime.now(UTC)


def move(at: datetime) -> None:
    """Moves the clock of a demo. It never goes back: history cannot be undone."""
    path = Path(settings.DEMO)
    half = path.with_suffix(".half")
    half.write_text(format_instant(max(at, now())), "utf-8")
    half.replace(path)
