"""Puts a rulebook in force for everybody; cases that are open stay under the version that they name (O4)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Max

from ombud.actions import rulebooks
from ombud.domain.problems import N_, OmbudError, Problem
from ombud.domain.rulebook import Rulebook
from ombud.people.models import Deed, Organisation
from ombud.store import books
from ombud.store.database import spoken
from ombud.store.models import RulebookVersion

PUT_IN_FORCE = "book_put_in_force"
"""What the deed is called: its data has the `name` of the book and the `digest` of its text."""


def put_in_force(book: Rulebook, *, against: str, organisation_id: int, at: datetime, actor: str, **why: Any) -> int:
    """Brings `book` into use and returns how many orders it woke. why: what the deed tells beside.

    against: the digest of the book that it was compared with. Raises OmbudError where another one is in use by now,
    where it is the one in use, or where no store can be under a book of that name.
    """
    with spoken(), transaction.atomic():
        # The organisation's row is locked: of two who put a book in force at once, the second sees the first one's.
        list(Organisation.objects.select_for_update().order_by("pk").values_list("pk", flat=True))
        in_use = books.in_use()
        _refuse(book, in_use.get(book.name), against)
        woken = rulebooks.register({**in_use, book.name: book}, at=at, actor=actor).get(book.name, 0)
        last = RulebookVersion.objects.filter(name=book.name).aggregate(last=Max("put_at"))["last"]
        put_at = max(at, last + timedelta(microseconds=1)) if last else at  # in the order in which they were put
        RulebookVersion.objects.filter(digest=book.digest).update(put_at=put_at)
        data = {"name": book.name, "digest": book.digest, "before": against, "woken": woken, **why}
        Deed.objects.create(what=PUT_IN_FORCE, organisation_id=organisation_id, at=at, actor=actor, data=data)
    return woken


def _refuse(book: Rulebook, before: Rulebook | None, against: str) -> None:
    if before is None:
        raise OmbudError(Problem("unknown_book", N_("There is no rulebook {name!r}."), {"name": book.name}))
    if before.digest != against:
        raise OmbudError(
            Problem(
                "book_changed",
                N_("Another version of {book} has come into use meanwhile."),
                {"book": book.name},
                mend=N_("Look at the difference again."),
            )
        )
    if before.digest == book.digest:
        raise OmbudError(Problem("book_in_use", N_("This very text of {book} is in use."), {"book": book.name}))
