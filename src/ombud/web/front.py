"""The door itself: where somebody lands, which organisation and language they choose, the clock of a demo."""

from __future__ import annotations

from django.conf import settings
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_POST

from ombud.domain.instants import parse_span
from ombud.domain.roles import Side
from ombud.languages import LANGUAGES
from ombud.web.context import STEPS
from ombud.web.middleware import LANGUAGE_COOKIE, ORGANISATION, Request

_YEAR_S = 31_536_000


@require_GET
def home(request: Request) -> HttpResponse:
    """To the room where somebody's day begins."""
    if not request.user.is_authenticated:
        return redirect("account_login")
    if request.scope is None:
        return render(request, "ombud/nowhere.html", status=403)
    return redirect("reviews" if request.scope.side is Side.OPERATOR else "queue")


@require_POST
def organisation(request: Request) -> HttpResponse:
    """Changes to another organisation that somebody is in."""
    chosen = request.POST.get("organisation", "")
    if chosen not in {str(scope.organisation_id) for scope in request.scopes}:
        raise Http404
    request.session[ORGANISATION] = int(chosen)
    return redirect("home")


@require_POST
def language(request: Request) -> HttpResponse:
    """Changes the language: in this browser for everybody, and for good for who is logged in."""
    chosen = request.POST.get("language", "")
    if chosen not in LANGUAGES:
        raise Http404
    answer = _back(request)
    answer.set_cookie(LANGUAGE_COOKIE, chosen, max_age=_YEAR_S, samesite="Lax", httponly=True, secure=settings.SECURE)
    if request.user.is_authenticated:
        request.user.language = chosen
        request.user.save(update_fields=["language"])
    return answer


@require_POST
def demo_clock(request: Request) -> HttpResponse:
    """Moves the clock of a demo world on, and does what has become due."""
    if not settings.DEMO:
        raise Http404
    from ombud.store import books
    from ombud.web import clock
    from ombud.work.loop import tick

    step = request.POST.get("step", "")
    if step not in STEPS:
        raise Http404
    at = request.at + parse_span(step)
    tick(at, books=books.in_use())
    clock.move(at)
    return _back(request)


@require_GET
def alive(request: Request) -> HttpResponse:
    """For what watches the server: it answers."""
    del request
    return HttpResponse("ok\n", content_type="text/plain")


def not_found(request: Request, exception: Exception) -> HttpResponse:
    """There is no such page, or not for who asks: both are said in the same words."""
    del exception
    return render(request, "ombud/not_found.html", status=404)


def _back(request: Request) -> HttpResponseRedirect:
    to = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(to, allowed_hosts={request.get_host()}):
        to = "/"
    return HttpResponseRedirect(to)


urls = [
    path("", home, name="home"),
    path("organisation/", organisation, name="organisation"),
    path("language/", language, name="language"),
    path("demo/clock/", demo_clock, name="demo_clock"),
    path("alive/", alive, name="alive"),
]
