"""Reads of sanctions: what was in force over a store, carrier, warehouse or buyer at an instant."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db.models import Q, QuerySet

from ombud.domain.sanctions import Over
from ombud.store.models import Sanction


def in_force(over: str, subject: str, at: datetime, *, platform: str | None = None) -> list[Sanction]:
    """The sanctions over one of them at `at`, the oldest first; those of one platform alone where it is named."""
    rows = _at(at).filter(over=over, subject=subject)
    return list(rows if platform is None else rows.filter(platform=platform))


def flags(at: datetime) -> list[Sanction]:
    """Every carrier, warehouse and buyer flagged at `at`: what order routing reads (O17, S11)."""
    return listed(at, overs=(Over.CARRIER, Over.WAREHOUSE, Over.BUYER))


def listed(
    at: datetime,
    *,
    overs: tuple[str, ...] = tuple(Over),
    subject: str | None = None,
    subjects: Collection[str] | None = None,
) -> list[Sanction]:
    """All in force at `at` over these, by whom they are over; over one or some of them alone where they are named."""
    rows = _at(at).filter(over__in=overs)
    some = [subject] if subject is not None else subjects
    if some is not None:
        rows = rows.filter(subject__in=some)
    return list(rows.order_by("over", "platform", "subject", "begun_at", "sanction_id"))


def _at(at: datetime) -> QuerySet[Sanction]:
    ended = Q(ended_at__isnull=True) | Q(ended_at__gt=at)
    return Sanction.objects.filter(ended, begun_at__lte=at).order_by("begun_at", "sanction_id")
