"""What people are told a state, a step and an account are called, on the page as in a document."""

from __future__ import annotations

from ombud.domain.cases import EventKind, State
from ombud.domain.problems import N_

STATES: dict[str, str] = {
    State.OPENED: N_("opened"),
    State.EVIDENCE_REQUIRED: N_("evidence required"),
    State.UNDER_REVIEW: N_("under review"),
    State.EVIDENCE_REJECTED: N_("evidence rejected"),
    State.ROUTED: N_("routed"),
    State.WON: N_("won"),
    State.REJECTED: N_("rejected"),
    State.LOST: N_("lost"),
    State.WITHDRAWN: N_("withdrawn"),
    State.CONCEDED: N_("conceded"),
}
STEPS: dict[str, str] = {
    EventKind.OPENED: N_("case opened"),
    EventKind.ROUTED: N_("routed"),
    EventKind.EVIDENCE_REFUSED: N_("evidence refused"),
    EventKind.EVIDENCE_SUBMITTED: N_("evidence handed in"),
    EventKind.EVIDENCE_REJECTED: N_("evidence rejected"),
    EventKind.REVIEWED: N_("ruled on by a reviewer"),
    EventKind.WINDOW_CLOSED: N_("window shut"),
    EventKind.RULED_FOR_SELLER: N_("ruled for the seller"),
    EventKind.RULED_FOR_BUYER: N_("ruled for the buyer"),
    EventKind.WITHDRAWN: N_("withdrawn by the buyer"),
    EventKind.CONCEDED: N_("accepted by the merchant"),
    EventKind.SETTLED: N_("settled"),
    EventKind.CORRECTED: N_("money put right"),
    EventKind.REOPENED: N_("opened again"),
}
PUT_READY, RENAMED, TAKEN_OFF = "put_ready", "renamed", "taken_off"
DRAFT_STEPS: dict[str, str] = {
    PUT_READY: N_("put ready: {name}"),
    RENAMED: N_("renamed: {was} is now {name}"),
    TAKEN_OFF: N_("taken off: {name}"),
}
ACCOUNTS = {
    "settlement": N_("settlement"),
    "held": N_("held"),
    "platform": N_("platform"),
    "buyer": N_("buyer"),
    "protection": N_("dispute protection"),
}
