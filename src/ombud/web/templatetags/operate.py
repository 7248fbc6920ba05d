"""What only the operator's room shows things with: `{% load operate %}`."""

from __future__ import annotations

from datetime import datetime, timedelta

from django import template

from ombud.domain.countdown import DAY, HOUR
from ombud.domain.health import Standing
from ombud.store.health import Figure
from ombud.store.models import Sanction
from ombud.web.figures import TONES
from ombud.words import health, sanctions, story, times

register = template.Library()

MINUTE = timedelta(minutes=1)


@register.filter
def follows(one: Sanction) -> str:
    """What a sanction means, as its book says it."""
    return sanctions.title(one)


@register.filter
def measured(one: Sanction) -> str:
    """What brought it: a count, or a rate in percent."""
    return sanctions.figure(one)


@register.filter
def complained(kind: str) -> str:
    """What a buyer says."""
    return story.complaint(kind)


@register.filter
def minutes(instant: datetime) -> str:
    """`2026-03-12 08:00`, to stand inside a sentence."""
    return times.minutes(instant)


@register.filter
def called(figure: Figure) -> str:
    """A figure by its title."""
    return health.title(figure)


@register.filter
def valued(figure: Figure) -> str:
    """What it is now."""
    return health.value(figure)


@register.filter
def based(figure: Figure) -> str:
    """Of how many."""
    return health.base(figure)


@register.filter
def stands(figure: Figure) -> str:
    """Against its bound, in words."""
    return health.standing(figure)


@register.filter
def beyond(figure: Figure) -> bool:
    """Whether it is beyond its bound."""
    return figure.standing is Standing.BEYOND


@register.filter
def tone(figure: Figure) -> str:
    """The colour that repeats how it stands."""
    return TONES.get(figure.standing, "")


@register.filter
def lasted(span: timedelta) -> str:
    """A span as a person says it: whole days, else hours, else minutes."""
    days, hours = span // DAY, span // HOUR
    return times.span(days * DAY if days >= 2 else hours * HOUR if hours else span // MINUTE * MINUTE)
