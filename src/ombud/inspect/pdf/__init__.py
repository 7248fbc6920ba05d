"""A PDF: its text line by line as it is seen, what it says about itself, its pictures, its pages as pictures.

Signatures are read beside it, in `ombud.inspect.pdf_signatures`.
"""

from ombud.inspect.pdf.document import read
from ombud.inspect.pdf.rendering import render

__all__ = ["read", "render"]
