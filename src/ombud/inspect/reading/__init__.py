"""What the lines of a document say: fields, numbers and instants out of text, and the language it is in."""

from ombud.inspect.reading.document import fields
from ombud.inspect.reading.languages import language

__all__ = ["fields", "language"]
