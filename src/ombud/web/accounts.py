"""How logins behave: nobody signs up, people are invited; what they do with their logins stands in the history."""

from __future__ import annotations

from functools import partial
from typing import Any

from allauth.account import signals as logins
from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa import signals as factors
from allauth.mfa.models import Authenticator
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path

from ombud.actions import people
from ombud.domain.problems import N_, OmbudError, Problem
from ombud.people.models import User
from ombud.web.middleware import Request


class Adapter(DefaultAccountAdapter):  # type: ignore[misc]  # (allauth has no types)
    """allauth's, closed for strangers."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Never: an invitation brings somebody in."""
        del request
        return False

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Sends it now. Raises OmbudError where the mail server does not take it."""
        try:
            super().send_mail(template_prefix, email, context)
        except OSError as error:  # what smtplib raises is one too
            raise OmbudError(
                Problem(
                    "mail_not_sent",
                    N_("The mail could not be sent."),
                    mend=N_("Try again in a while, or ask whoever runs the server."),
                )
            ) from error


def closed(request: HttpRequest) -> HttpResponse:
    """Where allauth lets people change their address: it is the name under which the history has what they did, so
    another one comes by an invitation of its own."""
    raise Http404


def _note(what: str, *, request: Request, user: User, authenticator: Authenticator | None = None, **_more: Any) -> None:
    # The codes for the day on which the app is lost come and go with it.
    if authenticator is None or authenticator.type == Authenticator.Type.TOTP:
        people.login_changed(user, what, at=request.at)


_NOTED = {
    "password_changed": (logins.password_changed, logins.password_set, logins.password_reset),
    "second_factor_on": (factors.authenticator_added,),
    "second_factor_off": (factors.authenticator_removed,),
}


def listen() -> None:
    """From now on what people do with their logins is noted."""
    for what, signals in _NOTED.items():
        for signal in signals:
            signal.connect(partial(_note, what), weak=False, dispatch_uid=f"ombud {what}")


urls = [path("accounts/email/", closed, name="no_new_address")]
