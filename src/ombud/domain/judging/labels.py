"""The SKUs of the order, on the labels that a video or photo shows (O10)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ombud.domain.evidence import Finding, Outcome
from ombud.domain.judging.confidence import by_source
from ombud.domain.judging.edits import edits
from ombud.domain.judging.subject import Subject, best, found
from ombud.domain.said import Said

MARK = "sku_label"
_SEEN = {"text_layer": 1.0, "barcode": 1.0, "ocr": 1.0, "frames": 1.0}
_SOME_MISSING, _NEAR = 0.4, 0.2
_LONG = 5
"""A SKU as long as this does not stand inside another word by accident."""


def of_labels(subject: Subject) -> Iterator[Finding]:
    """Each SKU of a thing that can be packed must be legible; a virtual one cannot be shown."""
    lines = [line for line in subject.row.get("line", ()) if line.get("line.kind") != "virtual"]
    skus = {_bare(sku): sku for line in lines if (sku := str(line.get("line.sku") or ""))}
    if not subject.asks(MARK) or not skus:
        return
    read = [(one, *_read(one)) for one in subject.all("barcode", "number", "sku", "tracking_number", "line")]
    shown = {sku: [one for one, words, whole in read if _stands(sku, words, whole)] for sku in skus}
    seen = [one for places in shown.values() for one in places]
    missing = [written for sku, written in skus.items() if not shown[sku]]
    if not missing:
        confidence = min(by_source(places, _SEEN) for places in shown.values())
        yield found("label_not_visible", Outcome.PASSED, best(seen), field=MARK, value=", ".join(skus.values()),
                    confidence=confidence)  # fmt: skip
        return
    expected = ", ".join(missing)
    near = next((one for one, words, _ in read if any(_is_near(sku, words) for sku in skus if not shown[sku])), None)
    if near is not None:
        yield found("label_not_visible", Outcome.UNSURE, near, field=MARK, expected=expected, confidence=_NEAR)
    elif seen and subject.letters is not None:
        yield found("label_not_visible", Outcome.UNSURE, best(seen), field=MARK, expected=expected,
                    confidence=_SOME_MISSING)  # fmt: skip
    elif "barcode" not in subject.off:
        yield from subject.missing("label_not_visible", MARK, expected=expected)


def _bare(text: str) -> str:
    return re.sub(r"[^0-9A-ZА-Я]", "", text.upper())


def _read(said: Said) -> tuple[list[str], str]:
    """The words of what was read, and all of it as one."""
    words = [_bare(word) for word in re.split(r"[\s:;,|]+", str(said.value))]
    return [word for word in words if word], _bare(str(said.value))


def _stands(sku: str, words: list[str], whole: str) -> bool:
    return sku in words or sku == whole or (len(sku) >= _LONG and sku in whole)


def _is_near(sku: str, words: list[str]) -> bool:
    most = 2 if len(sku) >= 2 * _LONG else 1
    return len(sku) >= _LONG and any(edits(sku, word, most) is not None for word in words)
