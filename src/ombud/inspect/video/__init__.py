"""Videos: how long one really is, what is to be seen in it and when."""

from __future__ import annotations

from ombud.inspect.video.length import read
from ombud.inspect.video.marks import recognise
from ombud.inspect.video.sample import frame, frames

__all__ = ["frame", "frames", "read", "recognise"]
