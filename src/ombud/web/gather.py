"""The texts of templates, for Babel: the first word of every `{% say "..." %}`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import BinaryIO

_SAID = re.compile(r'{%\s*say\s+"((?:[^"\\]|\\.)*)"')

Row = tuple[int, str, str, list[str]]


def said(file: BinaryIO, keywords: object, comment_tags: object, options: Mapping[str, str]) -> Iterator[Row]:
    """(line, function, text, comments), as Babel asks for them."""
    del keywords, comment_tags, options
    text = file.read().decode("utf-8")
    for found in _SAID.finditer(text):
        yield text.count("\n", 0, found.start()) + 1, "_", found[1].replace('\\"', '"'), []
