"""Dispute protection: from when until when a store had subscribed to it (S13)."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import Q

from ombud.domain.instants import format_instant, refuse_no_time
from ombud.domain.problems import N_, OmbudError, Problem
from ombud.store.database import spoken
from ombud.store.models import Protection, Store


def subscribe(store_id: str, *, since: datetime, until: datetime | None = None) -> Protection:
    """Records that the store is protected in [since, until); None: until further notice. What is settled stays so.

    Raises OmbudError where the time is empty, and where the store is protected for part of it already.
    """
    with spoken(), transaction.atomic():
        Store.objects.select_for_update(no_key=True).get(store_id=store_id)  # two subscriptions come one by one
        if until is not None:
            refuse_no_time(since, until)
        overlapping = Q(until__isnull=True) | Q(until__gt=since)
        others = Protection.objects.filter(overlapping, store_id=store_id)
        if until is not None:
            others = others.filter(since__lt=until)
        if (other := others.order_by("since").first()) is not None:
            raise OmbudError(
                Problem(
                    "protected_already",
                    N_("The store {store_id} is protected from {since} until {until} already."),
                    {
                        "store_id": store_id,
                        "since": format_instant(other.since),
                        "until": format_instant(other.until) if other.until else "…",
                    },
                    mend=N_("Begin where that one ends; one without an end is ended with --until alone."),
                )
            )
        return Protection.objects.create(store_id=store_id, since=since, until=until)


def end(store_id: str, *, until: datetime) -> Protection:
    """Ends the subscription that has no end yet. Raises OmbudError where there is none, or it began later."""
    with spoken(), transaction.atomic():
        running = Protection.objects.select_for_update().filter(store_id=store_id, until__isnull=True).first()
        if running is None:
            raise OmbudError(
                Problem(
                    "not_protected",
                    N_("The store {store_id} has no protection without an end."),
                    {"store_id": store_id},
                    mend=N_("`ombud protection {store_id}` lists what it has; --since begins another."),
                )
            )
        refuse_no_time(running.since, until)
        running.until = until
        running.save(update_fields=["until"])
        return running
