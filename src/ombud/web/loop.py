"""The loop as it runs: what is due and for how long, what it did by hour, what waits to be sent, sealed and read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction

from django.conf import settings
from django.db.models import Max
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from ombud.domain.problems import N_
from ombud.domain.roles import Right, Side
from ombud.languages import _, number
from ombud.people.models import Delivery
from ombud.store import loop_figures
from ombud.store.loop_figures import DONE, Seals
from ombud.web.access import page
from ombud.web.charts import tenths
from ombud.web.middleware import Seen

HOURS = 24
STALE = timedelta(minutes=3)
"""What is due for longer shows that nothing runs, or that it does not keep up: a tick takes seconds."""
_NEWEST = 20_000
"""Deliveries that are looked at for such as were given up."""
_WIDTH, _HEIGHT = 288, 56


@dataclass(frozen=True, slots=True)
class Done:
    """What was done of one kind in the last day."""

    title: str
    total: int
    chart: SafeString


@page(Right.OPERATE, side=Side.OPERATOR)
def loop(request: Seen) -> HttpResponse:
    """Everything on one page; with htmx it is drawn anew every few seconds."""
    at = request.at
    waiting = loop_figures.waiting(at)
    lag = loop_figures.oldest_lag(waiting, at)
    last = loop_figures.last_step()
    seals = loop_figures.seals()
    context = {
        "here": "loop",
        "waiting": waiting,
        "due": sum(one.due for one in waiting),
        "next_at": min((one.next_at for one in waiting if one.next_at), default=None),
        "lag": lag,
        "lag_said": said(lag),
        "last": last,
        "state": _state(lag, last.at if last else None, at),
        "done": _done(at),
        "unsent": loop_figures.unsent(at),
        **_deliveries(at),
        "seals": seals,
        "seals_late": _late(seals, at),
        "unread": loop_figures.unread_evidence(),
    }
    return render(request, "ombud/loop_now.html" if request.headers.get("HX-Request") else "ombud/loop.html", context)


def said(length: timedelta) -> str:
    """`2 d 03 h`, `17 h 42 min`, `41 s`: how long something has been due."""
    seconds = int(length.total_seconds())
    if seconds >= 86_400:
        return _(N_("{days} d {hours} h")).format(days=number(seconds // 86_400), hours=seconds // 3_600 % 24)
    if seconds >= 3_600:
        return _(N_("{hours} h {minutes} min")).format(hours=seconds // 3_600, minutes=seconds // 60 % 60)
    if seconds >= 60:
        return _(N_("{minutes} min {seconds} s")).format(minutes=seconds // 60, seconds=seconds % 60)
    return _(N_("{seconds} s")).format(seconds=seconds)


def _state(lag: timedelta, last: datetime | None, at: datetime) -> str:
    """running: nothing waits for long; behind: it does, and steps are taken; stopped: none is."""
    if lag <= STALE:
        return "running"
    return "behind" if last is not None and at - last <= STALE else "stopped"


def _done(at: datetime) -> list[Done]:
    first = at.replace(minute=0, second=0, microsecond=0) - timedelta(hours=HOURS - 1)
    hours = [first + timedelta(hours=hour) for hour in range(HOURS)]
    found = loop_figures.done_by_hour(first - timedelta(microseconds=1), at)
    return [
        Done(_(title), sum(found[kind].values()), _bars(_(title), [(hour, found[kind].get(hour, 0)) for hour in hours]))
        for kind, title in DONE.items()
    ]


def _bars(title: str, counts: Sequence[tuple[datetime, int]]) -> SafeString:
    """A bar for each hour, the one that runs last; each says its hour and count."""
    most = max(count for _hour, count in counts) or 1
    width = Fraction(_WIDTH, len(counts))
    bars = [
        (
            tenths(index * width),
            tenths(_HEIGHT - Fraction(count * _HEIGHT, most)),
            tenths(width - 2),
            tenths(Fraction(count * _HEIGHT, most)),
            f"{hour:%H:%M} · {number(count)}",
        )
        for index, (hour, count) in enumerate(counts)
    ]
    words = _(N_("{title} by hour, at most {most}")).format(title=title, most=number(max(n for _hour, n in counts)))
    return format_html(
        '<svg class="chart hours" viewBox="0 0 {w} {below}" role="img" aria-label="{}">'
        '<path class="axis" d="M0 {h}H{w}"/>{}<text x="0" y="{below}">{}</text>'
        '<text x="{w}" y="{below}" text-anchor="end">{}</text></svg>',
        words,
        format_html_join("", '<rect class="bar" x="{}" y="{}" width="{}" height="{}"><title>{}</title></rect>', bars),
        f"{counts[0][0]:%H:%M}",
        f"{counts[-1][0]:%H:%M}",
        w=_WIDTH,
        h=_HEIGHT,
        below=_HEIGHT + 13,
    )


def _deliveries(at: datetime) -> dict[str, int]:
    waiting = Delivery.objects.filter(due_at__isnull=False, due_at__lte=at)
    newest = (Delivery.objects.aggregate(last=Max("delivery_id"))["last"] or 0) - _NEWEST
    given_up = Delivery.objects.filter(
        delivery_id__gt=newest, due_at__isnull=True, sent_at__isnull=True, message__isnull=False
    ).exclude(failed="")
    return {
        "to_send": waiting.count(),
        "again": Delivery.objects.filter(due_at__isnull=False, attempts__gt=0).count(),
        "given_up": given_up.count(),
    }


def _late(seals: Seals, at: datetime) -> bool:
    """Whether something should have been sealed for long."""
    return bool(seals.unsealed) and (seals.last is None or at - seals.last.at > 2 * settings.SEAL_EVERY)


urls = [path("loop/", loop, name="loop")]
