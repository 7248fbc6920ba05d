"""How a document speaks: its words, instants, amounts and spans in the language that it is written in."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from ombud.domain.instants import format_span
from ombud.domain.problems import N_, OmbudError, Problem
from ombud.domain.rulebook.words import Texts
from ombud.languages import LANGUAGES, translation

_LANGUAGES = {"en": N_("English"), "ru": N_("Russian"), "zh": N_("Chinese")}
_SPANS = {"d": N_("{count} d"), "h": N_("{count} h"), "m": N_("{count} min"), "s": N_("{count} s")}
_SIZES = ((1_000_000_000, N_("{count} GB")), (1_000_000, N_("{count} MB")), (1_000, N_("{count} kB")))


@dataclass(frozen=True, slots=True)
class Voice:
    """Everything that depends on the language of a document: en, ru or zh."""

    language: str

    def __post_init__(self) -> None:
        if self.language not in LANGUAGES:
            raise OmbudError(
                Problem(
                    "unknown_language",
                    N_("No document is written in the language {language!r}."),
                    {"language": self.language, "known": ", ".join(LANGUAGES)},
                    mend=N_("What there is: {known}."),
                )
            )

    def say(self, text: str) -> str:
        """A text of Ombud in this language."""
        return translation(self.language).gettext(text) if text else text

    def text(self, texts: Texts | str) -> str:
        """A text of a book, or one of Ombud."""
        return self.say(texts) if isinstance(texts, str) else texts.speak(self.language)

    def named(self, names: dict[str, str], name: str) -> str:
        """The word for `name`; the name itself where `names` lacks it."""
        return self.say(names.get(name, name))

    def spoken(self, language: str) -> str:
        """The name of a language."""
        return self.named(_LANGUAGES, language)

    def span(self, length: timedelta) -> str:
        """`48 h`, `90 d`."""
        text = format_span(length)
        return self.say(_SPANS[text[-1]]).format(count=text[:-1])

    def size(self, count: int) -> str:
        """`10 MB`: of whole units of a thousand, else in bytes."""
        for unit, words in _SIZES:
            if count >= unit and count % unit == 0:
                return self.say(words).format(count=count // unit)
        return self.say(N_("{count} bytes")).format(count=f"{count:,}".replace(",", "\u202f"))

    def listed(self, words: Iterable[str]) -> str:
        """One after the other, parted as this language parts a list."""
        return ("、" if self.language == "zh" else ", ").join(words)


def utc(instant: datetime) -> str:
    """`2026-03-12 08:00 UTC`, with seconds and microseconds where there are any."""
    return f"{_to_the_point(instant.astimezone(UTC))} UTC"


def in_zone(instant: datetime, zone: str) -> str:
    """`2026-03-12 11:00 Europe/Moscow (UTC+3)`: the store's wall clock, its zone by name and by offset."""
    local = instant.astimezone(ZoneInfo(zone))
    return f"{_to_the_point(local)} {zone} ({_offset(local)})"


def _to_the_point(instant: datetime) -> str:
    if instant.microsecond:
        return f"{instant:%Y-%m-%d %H:%M:%S.%f}"
    return f"{instant:%Y-%m-%d %H:%M:%S}" if instant.second else f"{instant:%Y-%m-%d %H:%M}"


def _offset(local: datetime) -> str:
    minutes = int((local.utcoffset() or timedelta()) / timedelta(minutes=1))
    hours, rest = divmod(abs(minutes), 60)
    return f"UTC{'−' if minutes < 0 else '+'}{hours}" + (f":{rest:02}" if rest else "")


def percent(share: float | Decimal) -> str:
    """`85 %` of a confidence or another share of 1, to the whole percent."""
    return f"{Decimal(str(share)) * 100:.0f} %"
