"""Videos: how long one really is, what is to be seen in it and when."""

from __future__ import annotations

from ombud.inspect.video.length import read

__all__ = ["read"]
