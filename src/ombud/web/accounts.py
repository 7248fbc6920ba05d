"""How logins behave: nobody signs up, people are invited; mails are those of Ombud."""

from __future__ import annotations

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class Adapter(DefaultAccountAdapter):  # type: ignore[misc]  # (allauth has no types)
    """allauth's, closed for strangers."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Never: an invitation brings somebody in."""
        del request
        return False
