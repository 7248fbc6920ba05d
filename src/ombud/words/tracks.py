"""What is said of a track: its scans, what is a gap in it, and why it is not believed."""

from __future__ import annotations

import json
from datetime import timedelta

from ombud.domain.problems import N_
from ombud.languages import _
from ombud.store.case_file import Track
from ombud.store.models import Scan
from ombud.words.times import span

GAP = timedelta(hours=48)
"""From here on a silence between two marks is drawn as a gap. It is a matter of drawing: no book says it."""

_CODES = {
    "label_created": N_("label created"),
    "picked_up": N_("picked up"),
    "in_transit": N_("in transit"),
    "customs": N_("customs"),
    "out_for_delivery": N_("out for delivery"),
    "delivered": N_("delivered"),
    "failed_attempt": N_("failed attempt"),
    "returned": N_("returned"),
    "exception": N_("exception"),
}
_RULES = {
    "order_of_codes": N_("they come in an order that no parcel takes"),
    "travel_speed": N_("no parcel travels that fast"),
    "source_network": N_("one was sent from a network that is not the carrier's"),
}


def title(track: Track) -> str:
    """The carrier and the number."""
    return _("Track {carrier} {number}").format(carrier=track.parcel.carrier, number=track.parcel.tracking_number)


def scan(one: Scan) -> str:
    """What the carrier says happened, and who signed."""
    return _(_CODES.get(one.code, one.code)) + (f" · {one.signed_by}" if one.signed_by else "")


def place(one: Scan) -> str:
    """Town and country, as far as they are known."""
    return ", ".join(part for part in (one.city, one.country) if part)


def about(length: timedelta) -> str:
    """A span in whole hours; under an hour in whole minutes."""
    step = timedelta(hours=1) if length >= timedelta(hours=1) else timedelta(minutes=1)
    return span(length // step * step)


def disagreement(broken_by: str) -> str:
    """Why two of its scans cannot both be true."""
    found = json.loads(broken_by)
    rule = str(found.get("rule", broken_by)) if isinstance(found, dict) else broken_by
    return _("Two scans disagree: {rule}").format(rule=_(_RULES.get(rule, rule)))
