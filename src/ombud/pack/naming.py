"""Names as the book wants them, made after its own example; where it wants none, the name stays and is made safe."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from ombud.domain.formats import EXTENSIONS
from ombud.domain.gate import Rules
from ombud.domain.problems import N_, OmbudError, Problem

_ENDINGS = {"jpeg": ("jpg", "jpeg"), "tiff": ("tif", "tiff")}
_LONGEST, _LONGEST_ENDING = 100, 5
_DEVICES = re.compile(r"(?i)(con|prn|aux|nul|com\d|lpt\d)(\..*)?")
_UNSAFE = frozenset('<>:"/\\|?*')
_BLANK = "file"


@dataclass(frozen=True, slots=True)
class Naming:
    """order_id: of whose evidence it is. by: what the book says of files and kinds."""

    order_id: str
    by: Rules

    @property
    def ruled(self) -> bool:
        """Whether the book says how files are named: then two of one kind and language have one name."""
        return bool(self.by.files and self.by.files.name)

    @property
    def language(self) -> str:
        """That of the book's example; empty without one."""
        return self._example().get("language") or ""

    def name(self, kind: str, language: str, form: str, old: str) -> str:
        """Raises OmbudError where the pattern of the book takes no name for this order."""
        endings = _ENDINGS.get(form, (form,))
        if not self.ruled:
            return safe(old, endings)
        for ending in endings:
            if name := self._ruled(kind, language, ending):
                return name
        files = self.by.files
        raise OmbudError(
            Problem(
                "unnameable",
                N_("No name of the form {example} can be made for {file}: order {order}, language {language!r}."),
                {
                    "example": (files and (files.name_example or files.name)) or "",
                    "file": old,
                    "order": self.order_id,
                    "language": language,
                },
                mend=N_("See that the id of the order is as the platform writes it."),
            )
        )

    def _ruled(self, kind: str, language: str, ending: str) -> str:
        files = self.by.files
        assert files is not None  # noqa: S101 (only asked for where there is a rule)
        wanted = {
            "order_id": self.order_id,
            "evidence_type": self.by.kinds[kind].file_word,
            "language": language,
            "extension": ending,
        }
        pattern = re.compile(files.name or "")
        match = pattern.fullmatch(files.name_example or "")
        if match is None:
            return ""
        name, at = "", 0
        for group in sorted((one for one in pattern.groupindex if match[one] is not None), key=match.start):
            name += match.string[at : match.start(group)] + wanted.get(group, match[group])
            at = match.end(group)
        name += match.string[at:]
        made = pattern.fullmatch(name)
        is_it = made is not None and all(
            made[group] == text for group, text in wanted.items() if group in pattern.groupindex
        )
        return name if is_it else ""

    def _example(self) -> dict[str, str | None]:
        files = self.by.files
        match = re.fullmatch(files.name, files.name_example) if files and files.name and files.name_example else None
        return match.groupdict() if match else {}


def safe(old: str, endings: tuple[str, ...]) -> str:
    """`old` without what some system takes for more than a letter, with an ending that says what it is."""
    text = unicodedata.normalize("NFC", old)
    text = "".join("_" if letter in _UNSAFE or unicodedata.category(letter)[0] == "C" else letter for letter in text)
    stem, dot, ending = text.rpartition(".")
    known = {*endings, *(name for name, form in EXTENSIONS.items() if form in endings)}
    if dot and ending.lower() in known:
        ending = ending.lower()
    else:
        stem, ending = (
            (stem, endings[0]) if dot and ending.isalnum() and len(ending) <= _LONGEST_ENDING else (text, endings[0])
        )
    stem = stem.strip(" ._")[:_LONGEST].rstrip(" .") or _BLANK
    return f"_{stem}.{ending}" if _DEVICES.fullmatch(stem) else f"{stem}.{ending}"


def apart(names: list[str]) -> list[str]:
    """The same names, those that are another's in all but case with a number behind them."""
    taken: set[str] = set()
    found = []
    for name in names:
        stem, _, ending = name.rpartition(".")
        other, count = name, 1
        while other.casefold() in taken:
            count += 1
            other = f"{stem}-{count}.{ending}"
        taken.add(other.casefold())
        found.append(other)
    return found
