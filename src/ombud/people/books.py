"""The books that somebody put in force: what runs the loop goes by them, else by those that ship with Ombud.

The store's own last ones (`store.books.in_use`) follow: whoever runs the loop brings them into use.
"""

from __future__ import annotations

from ombud.domain.rulebook import Rulebook
from ombud.people.models import Deed
from ombud.rulebooks import open_book, shipped
from ombud.store.books import kept

PUT_IN_FORCE = "book_put_in_force"
"""What such a deed is called: its data has the `name` of the book and the `digest` of its text."""


def in_force() -> dict[str, Rulebook]:
    """The book of each platform."""
    last = dict(Deed.objects.filter(what=PUT_IN_FORCE).order_by("deed_id").values_list("data__name", "data__digest"))
    return {name: open_book(name) for name in shipped() if name not in last} | {
        name: kept(digest) for name, digest in last.items()
    }
