"""A photo or a scan as a file of its own: what it is, what it says about itself, and the places in it that are inked.

`digest` is how the pixels of any picture are named, of one inside a PDF as well.
"""

from ombud.inspect.pictures.likeness import digest
from ombud.inspect.pictures.opening import open, too_many_pixels  # noqa: A004 (the word of `Image.open`)
from ombud.inspect.pictures.reading import read, read_and_open
from ombud.inspect.pictures.signing import ink, signatures

__all__ = ["digest", "ink", "open", "read", "read_and_open", "signatures", "too_many_pixels"]
