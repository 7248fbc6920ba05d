"""The link by which a buyer reports a problem: it opens one order and no other, without a login.

It is signed with the secret of the installation, so that nobody makes one for another order, and it does not run out:
what may still be reported is for the book to say, and the page says it.
"""

from __future__ import annotations

from django.core.signing import BadSignature, Signer

_SALT = "ombud.report"


def token(order_id: str) -> str:
    """What stands in the link."""
    return Signer(salt=_SALT).sign_object(order_id)


def address(order_id: str) -> str:
    """The link, from the root of the pages on."""
    return f"/report/{token(order_id)}/"


def order_of(signed: str) -> str | None:
    """The order that a link opens; None where nobody here made it."""
    try:
        found = Signer(salt=_SALT).unsign_object(signed)
    except (BadSignature, ValueError):  # (what is signed by no key of ours need not be JSON either)
        return None
    return found if isinstance(found, str) else None
