"""Every address. Each page's module names its own in `urls`."""

from __future__ import annotations

from django.urls import include, path

from ombud.web import (
    accounts,
    alerts,
    audit,
    books,
    bulk,
    carriers,
    case,
    evidence,
    front,
    health,
    invitations,
    loop,
    money,
    preferences,
    queue,
    report,
    reviews,
    risk,
    stores,
)

handler404 = "ombud.web.front.not_found"

urlpatterns = [
    *front.urls,
    *queue.urls,
    *bulk.urls,
    *risk.urls,
    *case.urls,
    *evidence.urls,
    *health.urls,
    *money.urls,
    *preferences.urls,
    *alerts.urls,
    *invitations.urls,
    *reviews.urls,
    *stores.urls,
    *carriers.urls,
    *books.urls,
    *loop.urls,
    *audit.urls,
    *report.urls,
    *accounts.urls,  # before what it closes
    path("accounts/", include("allauth.urls")),
]
