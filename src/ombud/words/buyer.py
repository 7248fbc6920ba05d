"""What a buyer is told: where a problem leads before it is reported, and where it stands after. In plain words, without
what concerns the seller alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from ombud.domain.cases import ENDS, State
from ombud.domain.problems import N_
from ombud.domain.rulebook import Rulebook
from ombud.languages import _, language
from ombud.store import books
from ombud.store.reported import Reported
from ombud.words import cases
from ombud.words.times import minutes

KINDS: Mapping[str, str] = {
    "not_received": N_("It did not arrive"),
    "item_mismatch": N_("Something else came than I ordered"),
    "not_as_described": N_("It is damaged, or not as described"),
    "other": N_("Something else is wrong"),
}
"""Kinds of complaints, as a buyer would say it."""

WAY: tuple[str, ...] = (N_("Reported"), N_("The seller answers"), N_("Review"), N_("Decision"))
"""The steps of a dispute, as a buyer sees them."""


@dataclass(frozen=True, slots=True)
class Told:
    """Where a problem stands: in a word or two, and in sentences. tone: the colour that repeats it; step: how far it
    has come, 1 to 4; 0 where it goes no such way."""

    title: str
    text: str
    tone: str = ""
    step: int = 0


def told(one: Reported, at: datetime, *, waits: bool, opens: bool) -> Told:
    """Where it stands. waits: its dispute opens once the parcel is said to be delivered; opens: it opens now."""
    complaint, case = one.complaint, one.case
    if complaint.withdrawn_at is not None:
        when = minutes(complaint.withdrawn_at)
        return Told(_("Taken back"), _("You took it back at {at} UTC. Nothing more happens.").format(at=when))
    if case is None:
        if waits:
            return Told(_("Received, and waiting"), _(_WAITS), step=1)
        return Told(_("Received"), _(_OPENS), "good", 1) if opens else Told(_("Received"), _(_NOTED))
    if case.state in ENDS:
        return _ended(State(case.state))
    if case.route:
        who = cases.handled_by(books.kept(case.rulebook_id), case.route, case.opened_at)
        return Told(_("Decided elsewhere"), _(_ELSEWHERE).format(handled_by=who))
    if case.state == State.UNDER_REVIEW:
        if case.rule_at is None:
            return Told(_("Under review"), _(_REVIEWED), step=3)
        return Told(_("Under review"), _(_RULED).format(until=minutes(case.rule_at)), step=3)
    if case.shuts_at is not None and at < case.shuts_at:
        return Told(_("The seller is to answer"), _(_ANSWER).format(until=minutes(case.shuts_at)), step=2)
    return Told(_("Being decided"), _("The seller's time to answer is over, and it is being decided."), step=3)


def elsewhere(book: Rulebook, place: str, at: datetime) -> tuple[str, str]:
    """(name, who decides there) of a place under `routes`."""
    return cases.place(book, place, at), cases.handled_by(book, place, at)


def wanted(media: str, *, waits: bool) -> str:
    """What a kind of problem takes before its dispute opens; empty where it takes nothing."""
    said = [_(_WANTED[media])] if media in _WANTED else []
    return " ".join([*said, *([_(_WAITS)] if waits else [])])


def not_here(leads: str, handled_by: str) -> str:
    """Why a kind of problem cannot be reported here, and where to go."""
    return _(_NOT_HERE[leads]).format(handled_by=handled_by)


def platform(book: Rulebook) -> str:
    """Whose rules they are."""
    return book.title.speak(language())


def _ended(state: State) -> Told:
    title, text, tone = _ENDED[state]
    said = f"{_(text)} {_(_PAID)}" if tone else _(text)
    return Told(_(title), said, tone, 0 if state is State.WITHDRAWN else 4)


_ELSEWHERE = N_("{handled_by} decides about it: please turn there.")
_REVIEWED = N_("The seller has answered, and a person looks at what both of you showed.")
_RULED = N_("The seller has answered. What both of you showed is looked at, and it is decided by {until} UTC.")
_WAITS = N_(
    "The carrier has not said yet that the parcel was delivered. If it does, a dispute opens by itself. Until then"
    " there is nothing for you to do."
)
_WANTED: Mapping[str, str] = {
    "photo": N_("Please add a photo: without one no dispute opens."),
    "unboxing_video": N_("Please add a video of the unpacking: without one no dispute opens."),
}
_NOT_HERE: Mapping[str, str] = {
    "route": N_("{handled_by} decides about this."),
    "decided": N_("This was decided already."),
    "nothing": N_("No dispute opens for this. Please write to the store."),
}
_OPENS = N_("A dispute is opened in a moment. The seller is then asked to answer.")
_NOTED = N_("It is kept with the order. No dispute was opened for it.")
_ANSWER = N_(
    "The seller has until {until} UTC to show that all is as it should be. If nothing comes that convinces, it is"
    " decided for you."
)
_PAID = N_("The platform tells you how the money comes back to you.")
_ENDED: Mapping[State, tuple[str, str, str]] = {
    State.WON: (
        N_("Decided for the seller"),
        N_("What the seller showed was convincing: by it the order is as it should be."),
        "",
    ),
    State.REJECTED: (N_("Decided for you"), N_("What the seller showed did not convince."), "good"),
    State.LOST: (N_("Decided for you"), N_("The seller showed nothing in time."), "good"),
    State.CONCEDED: (N_("Decided for you"), N_("The seller has accepted that you are right."), "good"),
    State.WITHDRAWN: (N_("Taken back"), N_("It was taken back. Nothing more happens."), ""),
}
