"""Notifications: the channels of an organisation, a test of each, and the log of what was sent."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path

from ombud.actions import alerts
from ombud.domain.problems import N_, OmbudError, Problem
from ombud.domain.roles import Right
from ombud.languages import _
from ombud.people.models import Channel, Delivery, Organisation
from ombud.web.access import page
from ombud.web.context import NAMES
from ombud.web.middleware import Seen

_SHOWN = 100
_TEXTS = ("name", "kind", "address", "language", "timezone", "quiet_from", "quiet_to", "digest_at")
_CHOICES = ("opened", "reminders", "closed")
KINDS = {"mail": N_("Mail"), "chat": N_("Chat"), "webhook": N_("Webhook")}
"""A kind of channel -> what it is called."""
TOPICS = {"case.opened": N_("new case"), "case.reminder": N_("time running out"), "case.closed": N_("end of a case")}
"""What a message is about -> what that is called in the log; all else is `MOVED`."""
MOVED = N_("step of a case")


@page(Right.MEMBERS, methods=("GET", "POST"))
def channels(request: Seen) -> HttpResponse:
    """Adds, tests and removes channels; shows what was sent when, and what went wrong."""
    organisation = Organisation.objects.get(pk=request.scope.organisation_id)
    own = Channel.objects.filter(organisation=organisation, removed_at=None)
    said: tuple[Problem, ...] = ()
    draft: dict[str, Any] = {}
    if request.method == "POST" and request.POST.get("do") == "add":
        draft = {name: request.POST.get(name, "").strip() for name in _TEXTS}
        draft |= {name: name in request.POST for name in _CHOICES}
        try:
            alerts.add_channel(organisation, at=request.at, actor=request.scope.actor, **draft)
            messages.success(request, _(N_("Added. Send a test to see that it arrives.")))
            return redirect("channels")
        except OmbudError as error:
            said = error.problems
    elif request.method == "POST":
        number = request.POST.get("channel", "")
        channel = own.filter(pk=int(number)).first() if number.isascii() and number.isdigit() else None
        if channel is None:
            raise Http404
        if request.POST.get("do") == "remove":
            alerts.remove_channel(channel, at=request.at, actor=request.scope.actor)
        else:
            tried = alerts.try_channel(channel, at=request.at)
            words = N_("The test was not sent: {reason}") if tried.failed else N_("The test was sent.")
            (messages.error if tried.failed else messages.success)(request, _(words).format(reason=tried.failed))
        return redirect("channels")
    log = Delivery.objects.select_related("channel", "message").filter(channel__organisation=organisation)
    sent = log.order_by("-delivery_id")[:_SHOWN]
    context = {
        "here": "settings",
        "part": "channels",
        "channels": [(one, _(KINDS.get(one.kind, one.kind))) for one in own.order_by("channel_id")],
        "said": said,
        "draft": draft,
        "names": NAMES.items(),
        "log": [(one, TOPICS.get(one.message.topic, MOVED) if one.message else "") for one in sent],
    }
    return render(request, "ombud/channels.html", context, status=422 if said else 200)


urls = [path("settings/notifications/", channels, name="channels")]
