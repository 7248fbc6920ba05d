"""A piece of evidence made for the tests, and what is wrong with it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from tests.papers.orders import Sold

Weight: TypeAlias = Literal["refuse", "doubt"]
"""What a fault leads to by the rule that only what is certain refuses."""
Form: TypeAlias = Literal["text", "scan", "photo", "picture", "video"]
"""text: a PDF with a text layer. scan: a PDF of pictures. photo: a JPEG of a phone. picture: a PNG without a scene."""


@dataclass(frozen=True, slots=True)
class Paper:
    """`name`: of the file, as the book of the order's platform wants it. `faults`: every fault that is in it, by the
    name that `reasons` has for it, and how much it weighs; none in an honest one. `order`: what it should be about.
    `layout`: whose design it follows. `before`: files that other cases were answered with."""

    name: str
    kind: str
    language: str
    content: bytes
    form: Form
    layout: str
    order: Sold
    faults: tuple[tuple[str, Weight], ...] = ()
    before: tuple[bytes, ...] = ()

    @property
    def honest(self) -> bool:
        """Whether nothing is wrong with it."""
        return not self.faults

    @property
    def format(self) -> str:
        """What its name says: `pdf`, `jpeg`, `png`, `mp4`."""
        ending = self.name.rpartition(".")[2]
        return {"jpg": "jpeg"}.get(ending, ending)
