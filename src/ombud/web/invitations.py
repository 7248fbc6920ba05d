"""The link of an invitation: who has no login yet chooses a password, who has one logs in, and is in. Whoever else is
logged in logs out first."""

from __future__ import annotations

from django.contrib.auth import login
from django.contrib.auth.password_validation import validate_password
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.views.decorators.http import require_http_methods

from ombud.actions import people
from ombud.domain.roles import ROLES
from ombud.people.models import User
from ombud.web.middleware import ORGANISATION, Request

_BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@require_http_methods(["GET", "POST"])
def accept(request: Request, token: str) -> HttpResponse:
    """Shows what one is invited to, and brings the invited person in."""
    offered = people.invitation(token, request.at)
    known = User.objects.filter(email=offered.email).exists()
    mine = request.user.is_authenticated and request.user.email == offered.email
    other = request.user.is_authenticated and not mine  # an owner who looks where the link leads, or a shared browser
    if known and not request.user.is_authenticated:
        return redirect_to_login(request.get_full_path())
    errors: list[str] = []
    if request.method == "POST" and not other:
        password = None if known else request.POST.get("password", "")
        if password is not None:
            try:
                validate_password(password, User(email=offered.email, name=request.POST.get("name", "")))
            except ValidationError as error:
                errors = list(error.messages)
        if not errors:
            member = people.join(offered, at=request.at, name=request.POST.get("name", ""), password=password)
            if not mine:
                login(request, member.user, backend=_BACKEND)
            request.session[ORGANISATION] = member.organisation_id
            return redirect("home")
    context = {"offered": offered, "role": ROLES[offered.role], "known": known, "other": other, "errors": errors}
    return render(request, "ombud/invitation.html", context, status=422 if errors else 200)


urls = [path("invitation/<str:token>/", accept, name="invitation")]
