"""Settings: oneself, the members of the organisation, its stores and its templates."""

from __future__ import annotations

from zoneinfo import available_timezones

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse

from ombud.actions import people
from ombud.domain.problems import N_, OmbudError, Problem
from ombud.domain.responses import FIELDS, TITLES
from ombud.domain.roles import RIGHTS, ROLES, Right, Role, Side
from ombud.languages import LANGUAGES, _
from ombud.people.models import Deed, LetterTemplate, Member, Organisation, User
from ombud.web.access import page
from ombud.web.context import NAMES
from ombud.web.health import rating
from ombud.web.middleware import Seen

_DEEDS_SHOWN = 50


@page(Right.SEE, methods=("GET", "POST"))
def oneself(request: Seen) -> HttpResponse:
    """One's own name, language and time zone."""
    user = User.objects.get(pk=request.scope.user_id)
    if request.method == "POST":
        zone, language = request.POST.get("timezone", ""), request.POST.get("language", "")
        if zone and zone not in available_timezones():
            text = N_("{text!r} is no time zone.")
            raise OmbudError(Problem("no_zone", text, {"text": zone}, mend=N_("Write one like Asia/Shanghai.")))
        if language and language not in LANGUAGES:
            raise OmbudError(Problem("unknown_language", N_("There is no language {text!r}."), {"text": language}))
        user.name, user.timezone, user.language = request.POST.get("name", "").strip()[:200], zone, language
        user.save(update_fields=["name", "timezone", "language"])
        messages.success(request, _(N_("Saved.")))
        return redirect("settings")
    context = {
        "here": "settings",
        "part": "oneself",
        "me": user,
        "zones": sorted(available_timezones()),
        "names": NAMES.items(),
    }
    return render(request, "ombud/settings.html", context)


@page(Right.MEMBERS, methods=("GET", "POST"))
def members(request: Seen) -> HttpResponse:
    """Who is in, what they may do, and what was done; inviting, changing, removing."""
    organisation = Organisation.objects.get(pk=request.scope.organisation_id)
    link = ""
    if request.method == "POST":
        do, role = request.POST.get("do"), _role(request.POST.get("role", ""))
        if do == "invite":
            email = request.POST.get("email", "")
            offered = people.invite(organisation, email, role, at=request.at, actor=request.scope.actor)
            link = request.build_absolute_uri(reverse("invitation", args=[offered.token]))
        else:
            member = Member.objects.filter(
                pk=_number(request.POST.get("member", "")), organisation=organisation, removed_at=None
            ).first()
            if member is None:
                raise Http404
            if do == "remove":
                people.remove(member, at=request.at, actor=request.scope.actor)
            else:
                people.change_role(member, role, at=request.at, actor=request.scope.actor)
            return redirect("members")
    rows = Member.objects.select_related("user").filter(organisation=organisation, removed_at=None)
    context = {
        "here": "settings",
        "part": "members",
        "members": [(row, ROLES[Role(row.role)]) for row in rows.order_by("member_id")],
        "roles": [(str(role), ROLES[role]) for side, role in RIGHTS if side == organisation.side],
        "link": link,
        "deeds": Deed.objects.filter(organisation=organisation).order_by("-deed_id")[:_DEEDS_SHOWN],
    }
    return render(request, "ombud/members.html", context)


@page(Right.SEE, side=Side.SELLER)
def stores(request: Seen) -> HttpResponse:
    """The stores of the organisation."""
    own = request.scope.stores().order_by("store_id")
    context = {"here": "settings", "part": "stores", "stores": [(one, rating(one)) for one in own]}
    return render(request, "ombud/settings_stores.html", context)


@page(Right.TEMPLATES, side=Side.SELLER, methods=("GET", "POST"))
def templates(request: Seen) -> HttpResponse:
    """The templates of answers and letters; one that is wrong is said to be so where it is, and not kept."""
    organisation = Organisation.objects.get(pk=request.scope.organisation_id)
    own = LetterTemplate.objects.filter(organisation=organisation)
    said: tuple[Problem, ...] = ()
    shown = own.filter(pk=_number(request.GET.get("edit", ""))).first()
    draft = {"name": shown.name, "language": shown.language, "text": shown.text} if shown else {}
    if request.method == "POST":
        draft = {name: request.POST.get(name, "") for name in ("name", "language", "text")}
        if request.POST.get("do") == "drop":
            found = own.filter(name=draft["name"]).first()
            if found is not None:
                people.drop_template(found, at=request.at, actor=request.scope.actor)
            return redirect("templates")
        try:
            text = draft["text"].replace("\r\n", "\n")
            people.keep_template(
                organisation, draft["name"], draft["language"], text, at=request.at, actor=request.scope.actor
            )
            messages.success(request, _(N_("Saved.")))
            return redirect("templates")
        except OmbudError as error:
            said = error.problems
    context = {
        "here": "settings",
        "part": "templates",
        "templates": own.order_by("name"),
        "draft": draft,
        "said": said,
        "fields": [(name, TITLES[name], rows) for name, rows in FIELDS.items()],
        "names": NAMES.items(),
    }
    return render(request, "ombud/settings_templates.html", context, status=422 if said else 200)


def _role(text: str) -> Role:
    try:
        return Role(text)
    except ValueError:
        return Role.READER


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 18 else 0


urls = [
    path("settings/", oneself, name="settings"),
    path("settings/members/", members, name="members"),
    path("settings/stores/", stores, name="own_stores"),
    path("settings/templates/", templates, name="templates"),
]
