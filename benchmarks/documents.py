"""Notices for everybody whose case has just opened: a hundred of them, one after the other in one process."""

from __future__ import annotations

import statistics
import time
from datetime import timedelta
from typing import Any

from benchmarks.measure import Figure
from benchmarks.stores import AT, DATABASES, NOT_MEASURED, Large, on_database

NOTICES = {"small": 20, "full": 100}
LANGUAGES = ("ru", "zh", "en")


def measure(*, notices: int) -> dict[str, Any]:
    """In the child: cases opened by the sweep, then seconds and bytes of each notice, warm."""
    large = Large(notices * 10, due=notices, slices=1, firing=10)

    from ombud.actions import rulebooks
    from ombud.actions.cases import open_due
    from ombud.documents.notice import notice
    from ombud.documents.typeset import pdf
    from ombud.rulebooks import open_book
    from ombud.store.case_file import case_file
    from ombud.store.models import Case

    books = {"ozon": open_book("ozon")}
    rulebooks.register(books, at=AT, actor="benchmark")
    large.build()
    large.arm(0)
    open_due(AT, books=books, actor="benchmark")
    at = AT + timedelta(hours=1)
    cases = list(Case.objects.order_by("case_id").values_list("case_id", flat=True)[:notices])
    if len(cases) < notices:
        raise RuntimeError(f"{len(cases)} cases were opened")
    told: dict[str, Any] = {}
    for language in LANGUAGES:
        start = time.perf_counter()
        pdf(notice(case_file(cases[0], at), at, language=language))
        first, taken, sizes = time.perf_counter() - start, [], []
        for case_id in cases:
            start = time.perf_counter()
            document = notice(case_file(case_id, at), at, language=language)
            built = time.perf_counter()
            content = pdf(document)
            taken.append((built - start, time.perf_counter() - built))
            sizes.append(len(content))
        told[language] = {
            "first": first,
            "building": statistics.median(building for building, _ in taken),
            "setting": statistics.median(setting for _, setting in taken),
            "bytes": statistics.median(sizes),
        }
    return told


def figure(scale: str) -> Figure:
    notices = NOTICES[scale]
    rows, notes = (
        [],
        [f"{notices} notices in each language, each of another case; read from the store, set, and PDF/A."],
    )
    for database in DATABASES:
        told = on_database(database, "benchmarks.documents:measure", notices=notices)
        if told is None:
            notes.append(NOT_MEASURED)
            continue
        rows += [
            (
                database,
                language,
                f"{one['first'] * 1000:,.0f}",
                f"{one['building'] * 1000:,.1f}",
                f"{one['setting'] * 1000:,.1f}",
                f"{one['bytes'] / 1000:,.0f}",
            )
            for language, one in told.items()
        ]
    columns = ("database", "language", "the first, ms", "reading, median ms", "setting, median ms", "size, kB")
    return Figure("Notices as PDF", "benchmarks/documents.py", columns, rows, (), notes)
