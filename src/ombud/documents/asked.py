"""What a case asks for, piece by piece: what each must be and show, its formats, the name of its file."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from ombud.documents.voice import Voice, percent, utc
from ombud.domain.problems import N_
from ombud.domain.rulebook import Rulebook
from ombud.domain.rulebook.clauses.evidence import ContentVersion, FilesVersion, KindVersion
from ombud.store import books
from ombud.store.asked import asked_of
from ombud.store.case_file import CaseFile

_CHANNELS = {
    "platform": N_("the platform's own messages"),
    "inbox": N_("the shop's inbox"),
    "order_mailbox": N_("the order's own mailbox"),
    "external": N_("other channels"),
}
_REFUSED = {
    "screenshot": N_("screenshots"),
    "web_capture": N_("captures of web pages"),
    "bare_translation": N_("translations without their original"),
    "outside_chat": N_("chats outside the platform"),
}
_INSTANTS = {
    "order.paid_at": N_("the payment"),
    "order.ship_by": N_("the promised ship time"),
    "order.shipped_at": N_("the shipping"),
    "order.delivered_at": N_("the delivery"),
}
_EXTENSIONS = {"jpeg": "jpg", "tiff": "tif"}


@dataclass(frozen=True, slots=True)
class Asked:
    """One piece that a case asks for. `must`: a line for each thing that it must be or show."""

    kind: str
    title: str
    required: bool
    must: tuple[str, ...]
    formats: str
    file_name: str  # an example for this very order; empty where the book says nothing of names


def asked(file: CaseFile, book: Rulebook, voice: Voice) -> list[Asked]:
    """The pieces that the book asks for in this case, each with what its kind must be."""
    return [_asked(one.kind, one.required, file, book, voice) for one in asked_of(file, book)]


def _asked(kind: str, required: bool, file: CaseFile, book: Rulebook, voice: Voice) -> Asked:
    opened_at = file.case.opened_at
    version = books.version(book, f"kinds.{kind}", opened_at)
    if version is None:
        return Asked(kind, kind, required, (), "", "")
    value: KindVersion = version.value
    files = books.version(book, "files", opened_at)
    taken = [name for name in value.formats if files is None or name in files.value.formats]
    example = file_name(files.value, value, file.case.order_id, taken, voice) if files else ""
    must = tuple(_must(value, file, book, voice))
    return Asked(kind, voice.text(value.title), required, must, voice.listed(f.upper() for f in taken), example)


def _must(kind: KindVersion, file: CaseFile, book: Rulebook, voice: Voice) -> Iterator[str]:
    _, opened_at = voice.say, file.case.opened_at
    if kind.languages:
        yield _("language: {languages}").format(languages=voice.listed(map(voice.spoken, kind.languages)))
    if kind.shows:
        yield _("shows: {marks}").format(marks=voice.listed(_marks(kind, book, opened_at, voice)))
    if kind.signed:
        yield _("is signed")
    if kind.timestamped:
        yield _("carries the time at which it was made")
    if kind.no_later_than:
        yield _latest(kind.no_later_than, file, voice)
    if kind.watermarked:
        yield _("the time shows in the picture itself")
    if kind.least_duration:
        yield _("lasts at least {span}").format(span=voice.span(kind.least_duration))
    if kind.in_destination:
        yield _("was made in the country that the order goes to")
    if kind.channels:
        yield _("comes from {channels}").format(channels=_named(_CHANNELS, kind.channels, voice))
    if kind.refuses:
        yield _("not taken: {refused}").format(refused=_named(_REFUSED, kind.refuses, voice))


def _marks(kind: KindVersion, book: Rulebook, at: datetime, voice: Voice) -> Iterator[str]:
    for mark in kind.shows:
        found = books.version(book, f"marks.{mark}", at)
        yield _sentence_case(voice.text(found.value.title)) if found else mark


def _sentence_case(title: str) -> str:
    """A title within a sentence: its first letter small, unless the word is written with capitals."""
    return title if title[1:2].isupper() else title[:1].lower() + title[1:]


def _latest(field: str, file: CaseFile, voice: Voice) -> str:
    what = voice.named(_INSTANTS, field)
    instant = getattr(file.order, field.removeprefix("order."), None) if field.startswith("order.") else None
    if instant is None:
        return voice.say(N_("was made no later than {what}")).format(what=what)
    return voice.say(N_("was made no later than {what}: {instant}")).format(what=what, instant=utc(instant))


def _named(names: dict[str, str], found: tuple[str, ...], voice: Voice) -> str:
    return voice.listed(voice.named(names, one) for one in found)


def file_name(files: FilesVersion, kind: KindVersion, order_id: str, formats: Sequence[str], voice: Voice) -> str:
    """The book's own example with this order and this kind put into it; as it is where that would not fit the book."""
    example = files.name_example
    if files.name is None or example is None or not formats:
        return example or ""
    match = re.fullmatch(files.name, example)
    if match is None:
        return example
    ours = {
        "order_id": order_id,
        "evidence_type": kind.file_word,
        "language": kind.languages[0] if kind.languages else voice.language,
        "extension": _EXTENSIONS.get(formats[0], formats[0]),
    }
    made, end = "", 0
    for group, value in sorted(ours.items(), key=lambda item: match.start(item[0]) if _has(match, item[0]) else -1):
        if _has(match, group):
            made += example[end : match.start(group)] + value
            end = match.end(group)
    made += example[end:]
    return made if re.fullmatch(files.name, made) else example


def _has(match: re.Match[str], group: str) -> bool:
    return group in match.re.groupindex and match.start(group) >= 0


def file_rules(files: FilesVersion, voice: Voice) -> Iterator[str]:
    """What the gate takes, a line for each rule."""
    _ = voice.say
    yield _("formats, by content and not by name: {formats}").format(formats=_upper(files.formats, voice))
    if files.refused_formats:
        yield _("refused: {formats}").format(formats=_upper(files.refused_formats, voice))
    if files.most_files is not None:
        yield _("at most {count} files in one upload").format(count=files.most_files)
    if files.most_bytes is not None:
        yield _("all files of an upload together: at most {size}").format(size=voice.size(files.most_bytes))
    if files.name_example is not None:
        yield _("names like {example}").format(example=files.name_example)
    if files.submissions is not None:
        yield _("submissions that a case takes: {count}").format(count=files.submissions)
        if not files.refusal_spends:
            yield _("an upload refused at the gate does not count as one")


def content_rules(content: ContentVersion, voice: Voice) -> Iterator[str]:
    """What holds for all evidence, a line for each rule."""
    _ = voice.say
    if content.language_share is not None:
        yield _("at least {share} of the words are in the language asked for").format(
            share=percent(content.language_share)
        )
    if content.translation == "notarised":
        yield _("another language counts only with a notarised translation")
    elif content.translation == "plain":
        yield _("another language counts only with a translation")
    if content.certified_translator:
        yield _("the translator is certified")
    if content.refuses:
        yield _("never counts: {refused}").format(refused=_named(_REFUSED, content.refuses, voice))
    if content.clock_tolerance is not None:
        yield _("stated times lie within {span} of the platform's own log").format(
            span=voice.span(content.clock_tolerance)
        )
    if content.one_proof_one_case:
        yield _("one proof serves one case")
    if not content.same_file_again:
        yield _("a rejected file is not taken again as it is")


def _upper(formats: tuple[str, ...], voice: Voice) -> str:
    return voice.listed(name.upper() for name in formats)
