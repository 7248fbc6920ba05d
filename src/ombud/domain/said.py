"""One thing that a file says, where it says it, and how sure the reading is: what inspection hands to judgement.

Called `Said` because *facts* are the orders, parcels and scans. A file may lie; what was read is kept all the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

Source: TypeAlias = Literal[
    "container",  # the structure of the file itself
    "metadata",  # what a file says about itself, and anybody may write
    "exif",
    "signature",  # a digital signature inside the file
    "text_layer",
    "barcode",
    "ocr",
    "picture",  # the pixels
    "frames",  # the pixels of a video
]
Box: TypeAlias = tuple[int, int, int, int]
"""left, top, right, bottom in thousandths of the width and height of the page, picture or frame, from its top left."""


@dataclass(frozen=True, slots=True)
class Said:
    """`field` names what was read (`inspect/README.md` lists them), `value` what stands there.

    page: from 1. at_ms: the instant in a video, in milliseconds from its first frame. confidence: 0 to 1, to two
    places. tool, version: what read it. Shares and times are text; lengths and counts are whole numbers.
    """

    field: str
    value: str | int
    source: Source
    page: int | None = None
    box: Box | None = None
    at_ms: int | None = None
    confidence: float = 1.0
    tool: str = ""
    version: str = ""

    def plain(self) -> dict[str, Any]:
        """As JSON has it; what is not said is left out. `read_said` reads it back."""
        said: dict[str, Any] = {"field": self.field, "value": self.value, "source": self.source}
        for name in ("page", "at_ms"):
            if getattr(self, name) is not None:
                said[name] = getattr(self, name)
        if self.box is not None:
            said["box"] = list(self.box)
        if self.confidence != 1.0:
            said["confidence"] = self.confidence
        if self.tool:
            said |= {"tool": self.tool, "version": self.version}
        return said


def read_said(plain: Mapping[str, Any]) -> Said:
    """What `Said.plain` wrote."""
    box = plain.get("box")
    return Said(**{**plain, "box": (box[0], box[1], box[2], box[3]) if box is not None else None})
