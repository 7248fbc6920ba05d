"""Who may open a page: said at the page itself, by the right that it needs, and walked by a test for every role."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, cast

from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpResponse
from django.views.decorators.http import require_http_methods

from ombud.domain.roles import Right, Side
from ombud.web.middleware import Request, Seen

P = ParamSpec("P")

NEEDS = "needs"
"""The attribute of a view that says (side or None, right, methods): for the test that walks them all."""


def page(
    right: Right, *, side: Side | None = None, methods: tuple[str, ...] = ("GET",)
) -> Callable[[Callable[Concatenate[Seen, P], HttpResponse]], Callable[Concatenate[Request, P], HttpResponse]]:
    """Only for members who have `right`, and only on `side` where one is named. A stranger is led to the login; who may
    not is told that there is no such page, so that nobody learns what others have."""

    def around(
        view: Callable[Concatenate[Seen, P], HttpResponse],
    ) -> Callable[Concatenate[Request, P], HttpResponse]:
        @wraps(view)
        def guarded(request: Request, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            scope = request.scope
            if scope is None or not scope.may(right) or side not in (None, scope.side):
                raise Http404
            return view(cast("Seen", request), *args, **kwargs)

        found = require_http_methods([*methods, *(["HEAD"] if "GET" in methods else [])])(guarded)
        setattr(found, NEEDS, (side, right, methods))
        return found

    return around
