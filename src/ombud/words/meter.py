"""How full an upload is: `2 of 5 files · 3.1 of 10 MB`."""

from __future__ import annotations

from ombud.domain.rulebook.clauses.evidence import FilesVersion
from ombud.languages import _, language

_MB = 1_000_000


def meter(count: int, size: int, files: FilesVersion | None) -> str:
    """`count` files of `size` bytes, beside the most that the book takes."""
    most_files, most_bytes = (files.most_files, files.most_bytes) if files else (None, None)
    parts = [
        _("{count} of {most} files").format(count=count, most=most_files)
        if most_files is not None
        else _("files: {count}").format(count=count),
        _("{size} of {most} MB").format(size=megabytes(size), most=megabytes(most_bytes))
        if most_bytes is not None
        else _("{size} MB").format(size=megabytes(size)),
    ]
    return " · ".join(parts)


def megabytes(count: int) -> str:
    """In millions of bytes, to one place; not rounded down to nothing, nor to a bound that it is over."""
    if count % _MB == 0:
        return str(count // _MB)
    said = f"{-(-count * 10 // _MB) / 10:.1f}"
    return said.replace(".", ",") if language() == "ru" else said
