"""What templates show things with: words, clocks, instants, amounts. The same everywhere (`ui.md` 5 and 6)."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

from django import template
from django.contrib.staticfiles import finders
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString

from ombud.domain.countdown import Awaits, Clock, Urgency
from ombud.domain.instants import format_instant, parse_span
from ombud.domain.money import format_amount
from ombud.domain.problems import N_, Problem
from ombud.domain.roles import ROLES, Role
from ombud.domain.rulebook.words import Texts
from ombud.languages import _, language, number
from ombud.words import cases, times

register = template.Library()

_LONG = 18
TONES = {
    Urgency.TOO_LATE: "bad",
    Urgency.UNDER_AN_HOUR: "bad",
    Urgency.DUE_TODAY: "warn",
    Urgency.THIS_WEEK: "plain",
    Urgency.LATER: "plain",
}
"""The colour that repeats what the words say."""
DEEDS = {
    "organisation_founded": N_("the organisation {name} was founded"),
    "stores_given": N_("stores were given to the organisation"),
    "member_invited": N_("{email} was invited as {role}"),
    "member_joined": N_("joined as {role}"),
    "role_changed": N_("{email} became {to}"),
    "member_removed": N_("{email} was removed"),
    "password_changed": N_("changed the password of their login"),
    "second_factor_on": N_("turned the second factor of their login on"),
    "second_factor_off": N_("turned the second factor of their login off"),
    "second_factor_dropped": N_("the second factor was taken off the login of {email}"),
    "channel_added": N_("the channel {name} was added"),
    "channel_removed": N_("the channel {name} was removed"),
    "template_kept": N_("the template {name} was saved"),
    "template_dropped": N_("the template {name} was deleted"),
    "book_put_in_force": N_("the rulebook {name} was put in force"),
    "ledger_audited": N_("the ledger was checked"),
    "history_audited": N_("the histories were checked"),
}
"""What was done, by the word that the store keeps."""


@register.simple_tag
def say(text: str, **values: object) -> SafeString:
    """`{% say "Case {number}" number=case.case_id %}`: the text in the reader's language; values are escaped."""
    return format_html(_(text), **values) if values else SafeString(_(text))


@register.filter
def word(text: str) -> str:
    """A text that is a value: `{{ room.title|word }}`."""
    return _(text)


@register.filter
def texts(value: Texts | str | None) -> str:
    """A text of a book in the reader's language."""
    return "" if value is None else value if isinstance(value, str) else value.speak(language())


@register.filter
def problem(value: Problem) -> str:
    """What is wrong, where, and how to mend it."""
    return value.say(_)


@register.filter
def amount(minor: int | None, currency: str) -> str:
    """`12 490,00 RUB` of minor units."""
    return "–" if minor is None else format_amount(minor, currency)


@register.filter
def count(value: int) -> str:
    """A whole number with its thousands apart."""
    return number(value)


@register.filter
def percent(share: Fraction | None) -> str:
    """`0.83 %`, or a dash where nothing was measured."""
    return times.rate(share)


@register.filter
def utc(instant: datetime | None) -> SafeString:
    """`2026-03-12 08:00`, as a time element."""
    if instant is None:
        return SafeString("–")
    return format_html('<time datetime="{}">{}</time>', format_instant(instant), times.minutes(instant))


@register.simple_tag
def when(instant: datetime | None, zone: str = "") -> SafeString:
    """An instant in UTC with the wall clock of the store beside it."""
    if instant is None:
        return SafeString("–")
    said = f"{times.minutes(instant)} UTC"
    local = f" · {times.in_zone(instant, zone)}" if zone and zone != "UTC" else ""
    return format_html(
        '<time datetime="{}">{}<span class="quiet">{}</span></time>', format_instant(instant), said, local
    )


@register.simple_tag
def clock(running: Clock, at: datetime, zone: str = "") -> SafeString:
    """What is left, live; its meaning in words for those who see no colour, and the instant in both zones on top."""
    said, urgency = cases.clock(running, at)
    tone = TONES[urgency] if urgency else "quiet"
    if running.until is None:
        return format_html('<span class="clock quiet">{}</span>', said)
    left = running.countdown(at)
    means = left.word(_) if left and urgency else ""
    full = f"{times.minutes(running.until)} UTC"
    if zone and zone != "UTC":
        full += f" · {times.in_zone(running.until, zone)}"
    live = SafeString(" data-live") if running.awaits is Awaits.ANSWER else ""
    return format_html(
        '<time class="clock {}" datetime="{}" title="{}"{}>{}</time>{}',
        tone,
        format_instant(running.until),
        full,
        live,
        said,
        format_html('<span class="means {}">{}</span>', tone, means) if means and means != said else "",
    )


@register.filter
def short(text: str) -> SafeString:
    """A long id with its middle left out; the whole of it is copied on a click."""
    shown = text if len(text) <= _LONG else f"{text[:8]}…{text[-7:]}"
    return format_html('<button type="button" class="id" data-copy="{}" title="{}">{}</button>', text, text, shown)


@register.filter
def title(case: Any) -> str:
    """What happened, as the book of the case says it."""
    return cases.title(case)


@register.filter
def state(name: str) -> str:
    """Our word for a state."""
    return cases.state(name)


@register.simple_tag
def asset(name: str) -> str:
    """The address of a file of the pages; it changes with its content, so that browsers keep it for a year."""
    return f"{static(f'ombud/{name}')}?v={_digest(name)}"


@cache
def _digest(name: str) -> str:
    found = finders.find(f"ombud/{name}")
    if not isinstance(found, str):
        raise template.TemplateSyntaxError(f"there is no file {name}")
    return hashlib.sha256(Path(found).read_bytes()).hexdigest()[:10]


@register.simple_tag(takes_context=True)
def query(context: dict[str, Any], **changes: object) -> str:
    """The query of this page with some of it changed; None or empty takes a name out."""
    wanted = context["request"].GET.copy()
    for name, value in changes.items():
        if value in (None, ""):
            wanted.pop(name, None)
        else:
            wanted[name] = str(value)
    return f"?{wanted.urlencode()}" if wanted else "?"


@register.filter
def iso(instant: datetime) -> str:
    """ISO 8601 in UTC, for attributes that scripts read."""
    return format_instant(instant.astimezone(UTC))


@register.filter
def spanned(spans: tuple[str, ...]) -> list[tuple[str, str]]:
    """Each span as an address has it, with its words."""
    return [(one, times.span(parse_span(one))) for one in spans]


@register.simple_tag
def local(instant: datetime, zone: str) -> SafeString:
    """The wall clock of the store, and UTC below it."""
    return format_html(
        '<time datetime="{}">{}<span class="means quiet">{} UTC</span></time>',
        format_instant(instant),
        times.in_zone(instant, zone),
        times.minutes(instant),
    )


@register.filter
def status(case: Any) -> str:
    """The platform's own word for where a case stands."""
    return cases.status(case, case.state, case.platform_status)


@register.filter
def deed(done: Any) -> str:
    """What somebody did that is no step of a case, in words."""
    said = {"name": "", "email": "", "role": "", "to": "", **done.data}
    said |= {key: _(ROLES[Role(said[key])]) for key in ("role", "to") if said[key] in set(Role)}
    return _(DEEDS.get(done.what, done.what)).format(**said)
