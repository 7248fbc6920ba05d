"""Files that a page gives away: tables and documents, under a name that any file system takes."""

from __future__ import annotations

from django.http import HttpResponse

KINDS = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pdf": "application/pdf",
}
"""The ending of a file -> its type."""
_MARK = b"\xef\xbb\xbf"  # Excel takes a CSV file without it for another encoding


def attached(content: bytes, form: str, *names: str) -> HttpResponse:
    """`statement`, `S 1`, `2026-05` -> `statement-S_1-2026-05.pdf`, to be saved. `form`: one of KINDS."""
    name = "-".join(
        "".join(letter if letter.isascii() and (letter.isalnum() or letter in "-.") else "_" for letter in part)
        for part in names
    )
    return HttpResponse(
        _MARK + content if form == "csv" else content,
        content_type=KINDS[form],
        headers={"Content-Disposition": f'attachment; filename="{name}.{form}"'},
    )
