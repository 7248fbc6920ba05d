"""Letters anywhere in a photo or a frame: Latin letters, digits and Chinese, by RapidOCR with the models it brings.

Its model knows no Cyrillic: what is Cyrillic comes out in Latin letters of the same look.
"""

from __future__ import annotations

import logging
import os
from dataclasses import dataclass
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

import cv2
import numpy as np
from PIL import Image

TOOL: Final = "rapidocr"
LONGEST_SIDE: Final = 2000
"""Pixels of what is looked at: letters are cut out at this size."""
_DETECTED_AT: Final = (1280, 900_000)
"""Longer side and pixels in all at which places with letters are found: half the time and memory of twice as many."""
_SMALLEST: Final = 16
_MOST: Final = 150
"""Places with letters in one picture: labels and stamps have few, and a page of text is not for this reader."""
_MODELS: Final = {"Det.model_path": "*_det_*.onnx", "Rec.model_path": "*_rec_*.onnx"}


@dataclass(frozen=True, slots=True)
class Seen:
    """Some text in a picture: left, top, right, bottom in pixels of that picture; sureness from 0 to 1."""

    text: str
    box: tuple[float, float, float, float]
    sure: float


def read(image: Image.Image, found_at: float = 1.0) -> list[Seen] | None:
    """All text in the picture, from top to bottom; None where the reader or its models are missing.

    found_at: share of its size at which places with letters are found, where that is less than what is usual.
    """
    if (reader := _reader()) is None:
        return None
    if min(image.size) < _SMALLEST:
        return []
    longest = max(_SMALLEST, round(max(image.size) * found_at))
    scale = max(1.0, max(image.size) / LONGEST_SIDE)
    if scale > 1:
        size = (max(_SMALLEST, round(image.width / scale)), max(_SMALLEST, round(image.height / scale)))
        image = image.resize(size, Image.Resampling.BOX, reducing_gap=2.0)
    pixels = cv2.cvtColor(np.asarray(image.convert("RGB")), cv2.COLOR_RGB2BGR)
    sides = max(image.size) / min(image.size)
    reader._load_det_model().limit_side_len = min(_DETECTED_AT[0], round((_DETECTED_AT[1] * sides) ** 0.5), longest)
    # Each is said in each call: what is left out keeps the value of the call before it.
    try:
        found = reader(pixels, use_det=True, use_cls=False, use_rec=True)
    except Exception as error:
        if "bad_alloc" in str(error):  # it wraps what C++ says in an exception of its own
            raise MemoryError from error
        raise
    if getattr(found, "boxes", None) is None or found.txts is None:
        return []
    seen = []
    for corners, text, sure in zip(found.boxes, found.txts, found.scores, strict=True):
        across, down = corners[:, 0] * scale, corners[:, 1] * scale
        box = (float(across.min()), float(down.min()), float(across.max()), float(down.max()))
        seen.append(Seen(" ".join(text.split()), box, min(0.99, float(sure))))  # it is never certain
    return seen


@cache
def installed() -> str:
    """The version; empty where it or its models are not installed."""
    if _models() is None:
        return ""
    try:
        version("onnxruntime")
        return version("rapidocr")
    except PackageNotFoundError:
        return ""


def warm() -> bool:
    """Loads the models; whether they are there."""
    return (reader := _reader()) is not None and bool(reader._load_det_model() and reader._load_rec_model())


def _models() -> dict[str, str] | None:
    spec = find_spec("rapidocr")
    if spec is None or spec.origin is None:
        return None
    folder = Path(spec.origin).with_name("models")
    found = {name: sorted(folder.glob(pattern)) for name, pattern in _MODELS.items()}
    return {name: str(paths[-1]) for name, paths in found.items()} if all(found.values()) else None


@cache
def _reader() -> Any:
    """One for the process: it takes a second to load. None where a part is missing."""
    models = _models()
    if models is None or not installed():
        return None
    # Read when the library is loaded: without it ONNX Runtime sends what is done with it to its maker.
    os.environ["ORT_DISABLE_TELEMETRY"] = "1"
    cv2.setNumThreads(1)
    from rapidocr import RapidOCR

    logging.getLogger("RapidOCR").setLevel(logging.CRITICAL)
    # A model that is named by its path is neither checked against the web nor fetched.
    return RapidOCR(
        params={
            **models,
            "Global.log_level": "critical",
            "Global.max_side_len": LONGEST_SIDE,
            "Global.use_cls": False,
            "Det.max_candidates": _MOST,
            "Det.limit_type": "max",
            "Det.limit_side_len": _DETECTED_AT[0],
            "EngineConfig.onnxruntime.intra_op_num_threads": 1,
            "EngineConfig.onnxruntime.inter_op_num_threads": 1,
            "EngineConfig.onnxruntime.enable_cpu_mem_arena": False,
        }
    )
