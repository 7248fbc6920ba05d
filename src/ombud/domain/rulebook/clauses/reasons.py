"""Why evidence is refused: the platform's codes, one for each fault that Ombud knows how to find."""

from __future__ import annotations

from typing import Literal, TypeAlias

from ombud.domain.rulebook.words import Texts, Version

Fault: TypeAlias = Literal[
    # the gate
    "window_shut",
    "already_submitted",
    "bad_file_name",
    "bad_format",
    "format_hidden",  # the name of the file says another format than its content
    "too_many_files",
    "too_large",
    "unreadable",
    "other_order",
    # the track
    "carrier_not_accepted",
    "number_malformed",
    "no_track",
    "number_reused",
    "no_destination_scan",
    "first_scan_late",
    "track_implausible",
    "not_delivered",
    "number_not_on_order",
    "tracking_invalid",
    # what is missing
    "evidence_missing",
    "logo_missing",
    "parties_missing",
    "weight_missing",
    "signature_missing",
    "operator_missing",
    "photo_hash_missing",
    "customs_missing",
    "slip_missing",
    "delivery_unproved",
    "recipient_missing",
    "recipient_differs",
    "description_missing",
    # the language
    "translation_missing",
    "translator_uncertified",
    "wrong_language",
    "bare_translation",
    # the time
    "no_timestamp",
    "clock_differs",
    "after_promise",
    "no_watermark",
    "watermark_drifts",  # from the video's own time
    # the form
    "wrong_kind",  # it is another document than the one it is handed in as
    "video_short",
    "label_not_visible",
    "screenshot",
    "message_id_missing",
    "message_id_unknown",
    "outside_chat",
    "evidence_reused",
    "same_file_again",
    "altered",
    "edited",  # signs of editing, which honest files have too
]
Severity: TypeAlias = Literal["gate", "rejects", "warns"]


class ReasonVersion(Version):
    """A code of the platform. gate: the upload is refused and nothing is spent; rejects: the piece does not count;
    warns: it counts, and may be doubted."""

    fault: Fault
    severity: Severity
    title: Texts
    mend: Texts
    """What the seller does about it."""
