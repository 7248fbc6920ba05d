"""What every request gets: the instant, who asks, their language, strict headers, and problems said as pages."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import DatabaseError, InterfaceError
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import translation
from django.utils.module_loading import import_string

from ombud import languages
from ombud.domain.problems import OmbudError
from ombud.people.models import User
from ombud.people.scope import Scope, scopes_of
from ombud.store.database import PASSING, problem_of

Answer = Callable[[HttpRequest], HttpResponseBase]

LANGUAGE_COOKIE = "language"
ORGANISATION = "organisation"
"""The key of a session under which the chosen organisation stands."""
DJANGO_NAMES = {"en": "en", "ru": "ru", "zh": "zh-hans"}
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; media-src 'self' blob:;"
    " font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


class Request(HttpRequest):
    """A request as the pages get it."""

    at: datetime
    scope: Scope | None
    scopes: list[Scope]
    user: User | AnonymousUser


class Seen(Request):
    """A request that `access.page` let through: somebody in an organisation asks."""

    scope: Scope


def headers(answer: Answer) -> Answer:
    """Nothing from other hosts, no inline scripts or styles, nothing kept by shared caches."""

    def with_headers(request: HttpRequest) -> HttpResponseBase:
        response = answer(request)
        response.headers.setdefault("Content-Security-Policy", _POLICY)
        response.headers.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
        response.headers.setdefault("Cache-Control", "no-store")
        return response

    return with_headers


def clock(answer: Answer) -> Answer:
    """`request.at`."""

    def with_clock(request: Request) -> HttpResponseBase:
        request.at = import_string(settings.CLOCK)()
        return answer(request)

    return with_clock  # type: ignore[return-value]


def scope(answer: Answer) -> Answer:
    """`request.scope`: the organisation that somebody works in now; None for a stranger."""

    def with_scope(request: Request) -> HttpResponseBase:
        request.scopes = scopes_of(request.user) if request.user.is_authenticated else []
        chosen = request.session.get(ORGANISATION) if request.scopes else None
        of_choice = [scope for scope in request.scopes if scope.organisation_id == chosen]
        request.scope = next(iter(of_choice or request.scopes), None)
        return answer(request)

    return with_scope  # type: ignore[return-value]


def language(answer: Answer) -> Answer:
    """The language that somebody chose, else that of their browser."""

    def with_language(request: Request) -> HttpResponseBase:
        chosen = request.COOKIES.get(LANGUAGE_COOKIE) or getattr(request.user, "language", "")
        if chosen not in languages.LANGUAGES:
            chosen = translation.get_language_from_request(request)[:2]
        if chosen not in languages.LANGUAGES:
            chosen = "en"
        with languages.speaking(chosen), translation.override(DJANGO_NAMES[chosen]):
            response = answer(request)
        response.headers["Content-Language"] = chosen
        return response

    return with_language  # type: ignore[return-value]


def problems(answer: Answer) -> Answer:
    """A problem that no page handled is a page that says it, with its mend; the store's failures are problems too."""

    def with_problems(request: HttpRequest) -> HttpResponseBase:
        return answer(request)

    def said(request: HttpRequest, error: Exception) -> HttpResponse | None:
        if not isinstance(error, OmbudError):
            problem = problem_of(error) if isinstance(error, DatabaseError | InterfaceError) else None
            if problem is None:
                return None  # a fault of ours, and Django's to report
            error = OmbudError(problem)
        codes = {problem.code for problem in error.problems}
        status = 404 if any(code.startswith("unknown_") for code in codes) else 503 if codes & PASSING else 422
        return render(request, "ombud/problem.html", {"problems": error.problems}, status=status)

    with_problems.process_exception = said  # type: ignore[attr-defined]
    return with_problems
