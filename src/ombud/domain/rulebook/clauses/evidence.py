"""What a case asks for: evidence by violation, its kinds with what each must be and show, files, contents."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal, TypeAlias

from pydantic import Field

from ombud.domain.conditions import Condition
from ombud.domain.rulebook.words import (
    FieldName,
    Flag,
    Fraction,
    Language,
    Part,
    Pattern,
    Size,
    Span,
    Text,
    Texts,
    Version,
    Where,
    Whole,
    Word,
    Zone,
)

Format: TypeAlias = Literal["pdf", "jpeg", "png", "webp", "mp4", "avi", "heic", "gif", "tiff", "mov", "docx", "xlsx"]
Channel: TypeAlias = Literal["platform", "inbox", "order_mailbox", "external"]
Refused: TypeAlias = Literal["screenshot", "web_capture", "bare_translation", "outside_chat"]


@dataclass(frozen=True)
class EvidenceItem:
    """One piece that a case asks for: its kind, whether it must be there, in which cases (`where`), and its title."""

    kind: str
    required: bool
    where: tuple[Condition, ...]
    title: Texts


class Asked(Part):
    """One piece of evidence. `where`: only in cases for which this holds; start is the firing."""

    kind: Word
    required: Flag
    where: Where = ()


class EvidenceVersion(Version):
    asks: Annotated[tuple[Asked, ...], Field(min_length=1)]


class KindVersion(Version):
    """A kind of evidence: what a piece of it must be, and what must be legible on it."""

    title: Texts
    file_word: Word
    """What stands for it in the name of a file: shipment."""
    formats: Annotated[tuple[Format, ...], Field(min_length=1)]
    """By content, whatever the name of the file says."""
    languages: tuple[Language, ...] = ()
    """A document is in one of them. Empty: its language does not matter."""
    words: dict[Language, tuple[Text, ...]] = Field(default_factory=dict)
    """By language, words of which at least one stands on it: by them a document of this kind is known. Empty: it is
    not known by its words."""
    shows: tuple[Word, ...] = ()
    """What must be legible on it: names of `marks`."""
    signed: Flag = False
    timestamped: Flag = False
    watermarked: Flag = False
    """The time shows in the picture itself."""
    no_later_than: FieldName | None = None
    """The instant of the order that its timestamp must not pass."""
    least_duration: Span | None = None
    channels: tuple[Channel, ...] = ()
    """Of messages: the channels that the platform vouches for."""
    refuses: tuple[Refused, ...] = ()
    """What a piece of this kind must not be, beside what no evidence may be."""
    in_destination: Flag = False
    """It was made in the country that the order goes to."""


class MarkVersion(Version):
    """Something that must be legible on a piece of evidence."""

    title: Texts
    words: dict[Language, tuple[Text, ...]] = Field(default_factory=dict)
    """By language, words of which at least one stands beside it. Empty: none need stand there."""


class FilesVersion(Version):
    """What the gate takes. What it refuses is answered at once."""

    formats: Annotated[tuple[Format, ...], Field(min_length=1)]
    refused_formats: tuple[Format, ...] = ()
    """Named as refused in so many words; every other format is refused as well."""
    most_files: Whole | None = None
    """In one upload."""
    most_bytes: Size | None = None
    """Of one upload, all its files together."""
    name: Pattern | None = None
    """What the whole name of a file matches; its groups are order_id, evidence_type, language, extension."""
    name_example: Text | None = None
    submissions: Whole | None = None
    """How many a case takes; none: as many as fit into the window."""
    refusal_spends: Flag = False
    """Whether an upload that the gate refuses counts as a submission."""


class ContentVersion(Version):
    """What holds for all evidence, whatever its kind."""

    language_share: Fraction | None = None
    """The share of the letters of a document, in the script of the language asked for, from which on nobody doubts
    its language."""
    language_least: Fraction | None = None
    """Below this share it is certainly in another language; between the two a person looks."""
    translation: Literal["none", "plain", "notarised"] = "none"
    """What must come with a document in another language for it to count; none: it never counts."""
    certified_translator: Flag = False
    refuses: tuple[Refused, ...] = ()
    """What never counts, whoever hands it in."""
    clock_tolerance: Span | None = None
    """How far a timestamp may lie from the platform's own log."""
    zones: tuple[Zone, ...] = ()
    """Beside the store's own: by whose clocks a paper may be written that names no zone."""
    watermark_tolerance: Span | None = None
    """How far the clock in the picture may run from the video's own time."""
    one_proof_one_case: Flag = False
    """A file that served one case serves no other."""
    same_file_again: Flag = True
    """Whether a file that was rejected may be handed in again as it is."""
