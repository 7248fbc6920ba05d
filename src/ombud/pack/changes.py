"""Each thing that was changed in a file, and why something is as it is, in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ombud.domain.problems import N_, Word
from ombud.languages import _, number


@dataclass(frozen=True, slots=True)
class Change:
    """code: for programs, a key of TEXTS. values: what stands in its text."""

    code: str
    values: Mapping[str, object] = field(default_factory=dict)

    def say(self) -> str:
        """In the reader's language."""
        values = {
            name: _(value) if isinstance(value, Word) else number(value) if isinstance(value, int) else value
            for name, value in self.values.items()
        }
        return _(TEXTS[self.code]).format(**values)

    def plain(self) -> dict[str, object]:
        """For programs."""
        return {"code": self.code, **{name: str(v) if isinstance(v, Word) else v for name, v in self.values.items()}}


TEXTS: Mapping[str, str] = {
    "renamed": N_("Named {name}; it was {old}."),
    "kind_by_words": N_("Kind by what stands on it: {word}."),
    "kind_by_format": N_("Kind by its format: no other kind is taken as {format}."),
    "language_by_book": N_("Its language could not be read: named {language}, as the example of the book is."),
    "same_pixels": N_("Converted from {old} to {new} with the very same pixels."),
    "to_jpeg": N_("Converted from {old} to JPEG of quality {quality}, {width} × {height} pixels."),
    "to_mp4": N_("Converted from {old} to MP4: every frame at its instant."),
    "transparent": N_("Transparent parts became white."),
    "depth": N_("Finer shades than 256 a colour were rounded."),
    "colours": N_("Colours for print became colours for screens."),
    "turned": N_("It stands upright now, as the file says it was taken."),
    "exif": N_("The time that its EXIF data state stays inside the PDF, where readers of PDF do not show it."),
    "sound": N_("Its sound was recompressed from {sound} to AAC."),
    "tracks": N_("Tracks beside picture and sound were left out: {count}."),
    "recompressed": N_("Recompressed at {rate} kbit a second: every frame at its instant."),
    "tighter": N_("Packed tighter, from {before} to {after} bytes, without loss."),
    "smaller_jpeg": N_("Made smaller, from {before} to {after} bytes: quality {quality}, {width} × {height} pixels."),
    "smaller_pdf": N_("Pictures inside made smaller: quality {quality}, from {before} to {after} bytes."),
    "smaller_pdf_dpi": N_(
        "Pictures inside made smaller: quality {quality}, {dpi} dots an inch, from {before} to {after} bytes."
    ),
    "smaller_mp4": N_(
        "Made smaller, from {before} to {after} bytes: {rate} kbit a second, every frame at its instant."
    ),
    "still_read": N_("What was read in it before is still read: words {words}, fields {fields}."),
    "nothing_read": N_("Nothing was read in it before, so the bounds of quality alone were kept."),
    "merged": N_("{file} is pages {first} to {last}."),
    "merged_page": N_("{file} is page {first}."),
    "of_themselves": N_("What the merged files said of themselves, such as when they were made, is gone."),
    "not_smaller": N_("It goes no smaller: {reason}."),
    "not_merged": N_("It was not merged: {reason}."),
    "not_mended": N_("{title} was there before, and changing the file does not mend it."),
}
NOT_SMALLER: Mapping[str, str] = {
    "unread": N_("not all that it says can be read here, so nobody could tell whether it is still legible"),
    "illegible": N_("less of it would be legible"),
    "least": N_("the bounds of quality are reached"),
}
"""Why a file stays as large as it is, beside the reasons of the workshop."""
