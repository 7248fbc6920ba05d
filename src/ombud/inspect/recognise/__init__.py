"""Letters out of pixels: pages by Tesseract (Cyrillic and Latin), stamps and labels in photos by RapidOCR.

Each model is loaded once in a process and kept; each uses one thread. What is missing is said by an `off`, by `parts`
and by `warm`, and is never fetched.
"""

from ombud.inspect.recognise.parts import parts, warm
from ombud.inspect.recognise.photos import watermark, words
from ombud.inspect.recognise.tesseract import lines

__all__ = ["lines", "parts", "warm", "watermark", "words"]
