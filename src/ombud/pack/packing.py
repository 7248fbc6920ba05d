"""From the files that came in to the uploads: step by step, and what is wrong with any of them all at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from ombud.domain.asked import Asked
from ombud.domain.checked import Checked
from ombud.domain.evidence import Finding, Outcome, Piece
from ombud.domain.gate import Rules
from ombud.domain.judging.kinds import kind_by_words
from ombud.domain.problems import N_, OmbudError, Problem, Word
from ombud.domain.said import Said
from ombud.inspect import VERSION
from ombud.inspect.pool import Asked as Read
from ombud.pack import fitting, merging
from ombud.pack.bench import Bench
from ombud.pack.changes import Change
from ombud.pack.dividing import divided
from ombud.pack.merging import Group
from ombud.pack.naming import Naming, apart
from ombud.pack.part import READ, Item, LeftOut, Packed, Part, Source, Upload
from ombud.pack.taken import as_taken, refused, stand_in, taken
from ombud.pack.workshop import REASONS, UnmadeError
from ombud.words import remarks

STAYS = frozenset({"screenshot", "outside_chat", "edited", "evidence_reused"})
"""What stands against a file whatever is made of it: the new one may not show it any more."""
_BY_HASH = frozenset({"evidence_reused", "same_file_again"})
_REFUSED_CAPTURES = frozenset({"screenshot", "web_capture"})
_OF_PAGES = frozenset({"browser", "chat"})
"""Signs of a capture that is no picture of a paper."""
_ROUNDS = 3


@dataclass(frozen=True, slots=True)
class Order:
    """Whose evidence it is, and what the book asks. left: uploads that the case still takes; None: any number. check:
    the judge, of pieces as what would be handed in at once."""

    naming: Naming
    asked: Sequence[Asked]
    left: int | None
    check: Callable[[Sequence[Piece]], Checked]

    @property
    def by(self) -> Rules:
        """Of the case."""
        return self.naming.by


def pack(order: Order, sources: Sequence[Source], bench: Bench) -> Packed:
    """Everything, nothing of it written yet but in the folder of the workshop.

    Raises OmbudError with everything that is wrong with any file, and then nothing is packed.
    """
    own, same = _once(sources)
    _raise(filter(None, map(refused, own)))
    parts = _settled(_read(own, bench), order)
    parts = _against(parts, order)
    _raise(filter(None, (_capture(part, order.by) for part in parts)))
    converted = [as_taken(part, order.by, bench) for part in parts]
    _raise(one for one in converted if isinstance(one, Problem))
    ready = [one for one in converted if isinstance(one, Part)]
    uploads, out = divided(_items(ready, order, bench), order.asked, order.by.files, order.left)
    if out or len(uploads) > 1:
        uploads = [_anew(items, ready, order, bench) for items in uploads]
    return Packed([_upload(number, one, order) for number, one in enumerate(uploads, 1)], [*same, *out])


def _raise(problems: Iterable[Problem]) -> None:
    found = list(problems)
    if found:
        raise OmbudError(*found)


def _once(sources: Sequence[Source]) -> tuple[list[Source], list[LeftOut]]:
    """Each file once, and the copies of it that are left out."""
    first: dict[str, Source] = {}
    out = []
    for source in sources:
        there = first.setdefault(source.sha256, source)
        if there is not source:
            out.append(LeftOut((source.name,), source.kind, "same_file", {"other": there.name}))
    return list(first.values()), out


def _read(sources: Sequence[Source], bench: Bench) -> list[Part]:
    parts: list[Part] = []
    problems = []
    for source in sources:
        try:
            parts.append(stand_in(source, bench)[0])
        except UnmadeError as error:
            problems.append(_unreadable(source, REASONS[error.reason]))
    told = iter(bench.reads([Read(part.path, part.format) for part in parts if part.format in READ]))
    found = []
    for part in parts:
        said = next(told) if part.format in READ else ()
        if unread := _problem(said):
            problems.append(_unreadable(part.source, remarks.PROBLEMS.get(unread, unread)))
        found.append(replace(part, came=said, said=said, now=said))
    _raise(problems)
    return found


def _problem(said: Sequence[Said]) -> str:
    return next((str(one.value) for one in said if one.field == "problem"), "")


def _unreadable(source: Source, words: str) -> Problem:
    values = {"file": source.name, "reason": Word(words)}
    mend = N_("See that it can be opened without a password, or export it anew.")
    return Problem("unreadable", N_("{file} cannot be packed: {reason}."), values, mend=mend)


def _settled(parts: Sequence[Part], order: Order) -> list[Part]:
    """With kind and language, and why they are these where no name and no person says so."""
    found, problems = [], []
    for part in parts:
        kind, change = _kind(part, order.by)
        if kind in order.by.kinds:
            found.append(_spoken(replace(part, kind=kind), order, change))
        else:
            problems.append(_unknown(part.source.name, order))
    _raise(problems)
    return found


def _kind(part: Part, by: Rules) -> tuple[str, Change | None]:
    if part.source.kind:
        return part.source.kind, None
    if found := kind_by_words(part.came, by):
        return found[0], Change("kind_by_words", {"word": found[1]})
    takes = [name for name in by.kinds if part.format in taken(name, by)]
    if part.format == "mp4" and len(takes) == 1:
        return takes[0], Change("kind_by_format", {"format": part.format.upper()})
    return "", None


def _unknown(file: str, order: Order) -> Problem:
    asked = [one.kind for one in order.asked]
    known = [*asked, *(name for name in order.by.kinds if name not in asked)]
    return Problem(
        "kind_unknown",
        N_("Of what kind {file} is can be told neither by its name nor by what stands on it."),
        {"file": file, "known": ", ".join(known) or "–"},
        mend=N_("Say it: --kind {file}=KIND. Known: {known}."),
    )


def _spoken(part: Part, order: Order, *changes: Change | None) -> Part:
    """Its language as it was read, else as its name says, else as the example of the book does."""
    kind = order.by.kinds[part.kind]
    read = [one for one in part.came if one.field == "language"] if kind.languages else []
    language = str(max(read, key=lambda one: one.confidence).value) if read else part.source.language
    told = [*changes]
    if not language:
        language = order.naming.language
        told += [Change("language_by_book", {"language": language})] if language else []
    settled = [one for one in told if one is not None]
    return replace(part, language=language, changes=(*part.changes, *settled))


def _against(parts: Sequence[Part], order: Order) -> list[Part]:
    """With what stands against each as it came, of that what no change of the file mends."""
    names = apart([part.source.name for part in parts])
    pieces = [
        Piece(
            name,
            part.kind,
            part.language,
            part.source.sha256,
            part.source.size,
            part.format,
            said=part.came,
            inspected=VERSION if part.format in READ else "",
        )
        for name, part in zip(names, parts, strict=True)
    ]
    checked = order.check(pieces)
    known = {
        (reason.rests_on, reason.fault): Finding(reason.fault, Outcome.FAILED, reason.code, value=reason.value)
        for reason in checked.verdict.reasons
        if reason.fault in _BY_HASH
    }
    return [
        replace(
            part,
            against=(
                *(one for (rests_on, _), one in known.items() if rests_on == name),
                *(one for one in judged.findings if one.check in STAYS and one.outcome is not Outcome.PASSED),
            ),
        )
        for name, part, judged in zip(names, parts, checked.judged, strict=True)
    ]


def _capture(part: Part, by: Rules) -> Problem | None:
    """A capture of a page or chat that the book does not take is not made into something that it does."""
    refuses = {*by.kinds[part.kind].refuses, *(by.content.refuses if by.content else ())}
    signs = {str(one.value) for one in part.came if one.field == "screenshot_sign"} & _OF_PAGES
    if part.source.format in taken(part.kind, by) or not refuses & _REFUSED_CAPTURES or not signs:
        return None
    if not any(one.check in ("screenshot", "outside_chat") for one in part.against):
        return None
    return Problem(
        "not_laundered",
        N_("{file} is a capture of a web page or chat, which does not count here: converting it does not mend that."),
        {"file": part.source.name},
        mend=N_("Hand in the document itself: the PDF of whoever made it, or a photo of the paper."),
    )


def _items(parts: Sequence[Part], order: Order, bench: Bench) -> list[Item]:
    """Merged and made smaller, as far as each must be. Merged files are a little larger than their parts, so it is
    looked once more whether all fit."""
    most = order.by.files.most_bytes if order.by.files else None
    groups = merging.grouped(parts, order.naming)
    less = 0
    made: Mapping[int, Item] = {}
    for _ in range(_ROUNDS):
        if most is not None and sum(part.size for group in groups for part in group) > most - less:
            groups = _fitted(groups, most - less, bench)
            made = {}
        made = _made(groups, order, bench)
        over = sum(item.size for item in made.values()) - (most or 0)
        if most is None or over <= 0 or not any(len(group) > 1 for group in groups):
            break
        less += over
    return _apart(list(made.values()), order)


def _anew(items: Sequence[Item], parts: Sequence[Part], order: Order, bench: Bench) -> list[Item]:
    """The files of one of several uploads, or of one that others did not fit into, no smaller than need be."""
    sources = {part.source.sha256 for item in items for part in item.parts}
    again = _items([part for part in parts if part.source.sha256 in sources], order, bench)
    uploads, out = divided(again, order.asked, order.by.files, 1)
    return uploads[0] if len(uploads) == 1 and not out else list(items)


def _fitted(groups: Sequence[Group], most: int, bench: Bench) -> list[Group]:
    flat = fitting.fitted([part for group in groups for part in group], most, bench)
    left = iter(flat)
    return [tuple(next(left) for _ in group) for group in groups]


def _made(groups: Sequence[Group], order: Order, bench: Bench) -> dict[int, Item]:
    """What cannot be merged stays apart, and says why."""
    items: list[Item] = []
    for group in groups:
        try:
            items.append(merging.item(group, order.naming, bench))
        except UnmadeError as error:
            why = Change("not_merged", {"reason": Word(REASONS[error.reason])})
            items += [merging.item((part.because(why),), order.naming, bench) for part in group]
    return dict(enumerate(items))


def _apart(items: list[Item], order: Order) -> list[Item]:
    """Two of one name only where the book rules names, and then not in one upload."""
    if order.naming.ruled:
        return items
    return [item.named(name) for item, name in zip(items, apart([item.name for item in items]), strict=True)]


def _not_mended(finding: Finding, checked: Checked) -> Change:
    title = remarks.of_finding(finding, checked.by, checked.book).title
    return Change("not_mended", {"check": finding.check, "title": title})


def _upload(number: int, items: Sequence[Item], order: Order) -> Upload:
    """With what was against a file as it came beside what is against it now, where that no longer shows."""
    checked = order.check([item.piece for item in items])
    found = []
    for item, judged in zip(items, checked.judged, strict=True):
        shown = {one.check for one in judged.findings if one.outcome is not Outcome.PASSED}
        hidden = [one for one in item.piece.findings if one.check not in shown]
        changes = (*item.changes, *(_not_mended(one, checked) for one in hidden))
        found.append(replace(item, piece=replace(item.piece, findings=tuple(hidden)), changes=changes))
    checked = order.check([item.piece for item in found])
    return Upload(number, tuple(found), checked)
