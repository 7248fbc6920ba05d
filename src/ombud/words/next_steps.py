"""What to do next about a case, in a sentence: until when, and what is lost otherwise."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from ombud.domain.cases import EventKind, State
from ombud.domain.countdown import Awaits, Clock
from ombud.domain.money import format_amount
from ombud.domain.problems import N_
from ombud.domain.rulebook import Rulebook
from ombud.languages import _, language
from ombud.store import books
from ombud.store.case_file import CaseFile
from ombud.words import cases, story
from ombud.words.times import minutes

ELSEWHERE = N_("{handled_by} decides; it is no dispute of this platform.")


def is_late(clock: Clock, at: datetime) -> bool:
    """Whether the window has shut on a seller who could still answer."""
    return clock.awaits is Awaits.ANSWER and clock.until is not None and clock.until <= at


def sentence(file: CaseFile, book: Rulebook, clock: Clock, at: datetime, elsewhere: str = ELSEWHERE) -> str:
    """What comes next. elsewhere: what is said where another process decides."""
    case = file.case
    if clock.awaits is Awaits.NOTHING:
        return ended(file)
    words = _NEXT.get(clock.awaits, elsewhere)
    if clock.awaits is Awaits.ANSWER and not is_late(clock, at):
        words = _ANSWER.get(file.standing.state, _ANSWER[State.OPENED])
    elif clock.awaits is Awaits.RULING and clock.until is not None and clock.until <= at:
        words = _RULING_DUE
    return _(words).format(
        amount=format_amount(case.held_minor, case.currency),
        until=minutes(clock.until) if clock.until else "",
        case=f"#{case.case_id}",
        handled_by=cases.handled_by(book, case.route, case.opened_at) if case.route else "",
    )


def handed_in(file: CaseFile, clock: Clock) -> str:
    """When something was handed in and what was recommended; empty where the seller is to answer, or nothing was."""
    submitted_at = file.standing.submitted_at
    if submitted_at is None or clock.awaits in (Awaits.ANSWER, Awaits.NOTHING):
        return ""
    said = _("Handed in at {at} UTC.").format(at=minutes(submitted_at))
    return f"{said} {story.recommended(file)}".rstrip()


def to_mend(file: CaseFile, book: Rulebook) -> Iterator[tuple[str, str]]:
    """Why the last try did not count: (code with its title, how to mend it) of each reason."""
    last = file.events[-1]
    if last.kind not in {EventKind.EVIDENCE_REFUSED, EventKind.EVIDENCE_REJECTED}:
        return
    for code in dict.fromkeys(map(str, last.data.get("reasons", ()))):
        version = books.version(book, f"reasons.{code}", file.case.opened_at)
        if version is None:
            yield code, ""
            continue
        title = version.value.title.speak(language()) if getattr(version.value, "title", None) else ""
        yield code if title in {"", code} else f"{code}  {title}", version.value.mend.speak(language())


def ended(file: CaseFile) -> str:
    """How and when it ended, and what is held until it is settled."""
    case, standing = file.case, file.standing
    closed_at = standing.closed_at or case.opened_at
    values = {"state": cases.state(standing.state), "at": minutes(closed_at)}
    if case.route:
        return _("Closed as {state} at {at} UTC.").format(**values)
    if standing.settled_at is not None:
        return _("Closed as {state} at {at} UTC, and settled: nothing is held any more.").format(**values)
    words = _("Closed as {state} at {at} UTC; {amount} is held until it is settled.")
    return words.format(**values, amount=format_amount(case.held_minor, case.currency))


_ANSWER = {
    State.OPENED: N_("Next: hand in what is asked for by {until} UTC, or lose the case and {amount} with it."),
    State.EVIDENCE_REQUIRED: N_(
        "Next: mend what was refused and hand it in by {until} UTC, or lose the case and {amount} with it. Nothing is"
        " spent yet."
    ),
    State.EVIDENCE_REJECTED: N_(
        "Next: mend what did not convince and hand it in by {until} UTC, or lose the case and {amount} with it."
    ),
    State.ROUTED: N_("Next: answer by {until} UTC. {handled_by} decides; it is no dispute of this platform."),
}
_RULING_DUE = N_("The ruling takes effect with the next sweep.")
_NEXT = {
    Awaits.ANSWER: N_(
        "The window shut at {until} UTC: nothing is taken any more. The next sweep closes the case as lost."
    ),
    Awaits.RULING: N_("The ruling takes effect at {until} UTC if nobody rules otherwise."),
    Awaits.REVIEWER: N_("Waits for a reviewer: no clock rules in their place."),
}
