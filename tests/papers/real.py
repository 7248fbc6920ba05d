"""Real files of the evidence corpus, each handed in for an invented order as something that it may pass for."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from random import Random

from tests.papers import forms, orders
from tests.papers.paper import Form, Paper, Weight

_HONEST: dict[str, tuple[str, str, Form]] = {
    "pdf_russian": ("ozon", "waybill", "text"),
    "pdf_scanned": ("ozon", "waybill", "scan"),
    "pdf_signed": ("shopify", "delivery_proof", "text"),
    "pdf_other_language": ("shopify", "delivery_proof", "text"),
    "photo_exif": ("ozon", "waybill", "photo"),
    "video": ("ozon", "packing_video", "video"),
}
"""Folder -> the platform, the kind, the form. Where no language is asked for, a foreign one is none of its faults."""
_SHORT = "gradio__video_sample_5s.mp4"


def real(evidence: Path) -> Iterator[Paper]:
    """Every file of `evidence` that can be read; faults are those that only such a file can have: what a document says
    is about no order of ours, so doubts about it are in order, and refusals are not."""
    for folder, (platform, kind, form) in _HONEST.items():
        for path in sorted((evidence / folder).iterdir()):
            yield _paper(path, platform, kind, form, [("video_short", "refuse")] if path.name == _SHORT else [])
            if folder == "pdf_other_language":
                yield _paper(path, "ozon", "waybill", form, [("wrong_language", "refuse")])


def _paper(path: Path, platform: str, kind: str, form: Form, faults: list[tuple[str, Weight]]) -> Paper:
    order = orders.sold(Random(path.name), platform=platform)
    return forms.paper(order, kind, path.read_bytes(), form, faults=faults, layout=path.name)
