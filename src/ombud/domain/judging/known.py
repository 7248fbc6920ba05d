"""What is known beside the order itself, as plain JSON: the record of a ruling keeps it, so that a verdict replays.

Every key may be absent: then nobody asked, and what would need it is not judged.
"""

from __future__ import annotations

from typing import TypedDict


class Recipient(TypedDict):
    """Who the order goes to, as the platform has it."""

    name: str
    address: str | None


class MessageKnown(TypedDict):
    """One message on the platform. sent_at: with Z."""

    channel: str
    sent_at: str


class PictureSeen(TypedDict):
    """Another case in whose evidence a picture stands. exact: the same pixels; else a hash that only looks alike."""

    case_id: int
    same_order: bool
    exact: bool


class Known(TypedDict, total=False):
    """messages: of the order, by message_id. messages_known: the platform's messages of this store are at hand, so
    that an id which is not among them is unknown to the platform. numbers: tracking numbers without spaces, in
    capitals, that the pieces name and that stand on parcels of another order -> the id of that order. pictures: by
    `picture_sha256` or `picture_dhash` of the pieces -> the evidence of another case that has it too."""

    recipient: Recipient | None
    messages: dict[str, MessageKnown]
    messages_known: bool
    numbers: dict[str, str]
    pictures: dict[str, PictureSeen]


NOTHING: Known = {}
