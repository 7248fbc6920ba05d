"""Files of one kind put together into one PDF: where their names would be the same, and where there are too many."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import TypeAlias

from ombud.domain.evidence import Piece
from ombud.domain.gate import Rules
from ombud.domain.said import Said
from ombud.inspect import VERSION
from ombud.pack.bench import Bench, told
from ombud.pack.changes import Change
from ombud.pack.naming import Naming
from ombud.pack.part import READ, Item, Part
from ombud.pack.taken import taken

Group: TypeAlias = tuple[Part, ...]
_MERGED = frozenset({"pdf", "jpeg", "png"})


def grouped(parts: Sequence[Part], naming: Naming) -> list[Group]:
    """Which parts become one file, in the order in which they came; the kind with the most files is merged first."""
    by = naming.by
    groups: list[Group] = [(part,) for part in parts]
    most = by.files.most_files if by.files else None
    together: set[tuple[str, str]] = set()
    if naming.ruled:
        forms = [(part.kind, part.language, part.format) for part in parts if is_mergeable(part, by)]
        together = {(kind, language) for kind, language, form in forms if forms.count((kind, language, form)) > 1}
        groups = _merged(groups, together, by)
    while most is not None and len(groups) > most:
        alike = [(group[0].kind, group[0].language) for group in groups if is_mergeable(group[0], by)]
        several = [one for one in dict.fromkeys(alike) if alike.count(one) > 1]
        if not several:
            break
        together = {max(several, key=alike.count)}
        groups = _merged(groups, together, by)
    return groups


def is_mergeable(part: Part, by: Rules) -> bool:
    """Whether it may become pages of another PDF: its kind is taken as one, and nothing is signed in it."""
    return part.format in _MERGED and "pdf" in taken(part.kind, by) and not part.has("digital_signature")


def _merged(groups: Sequence[Group], together: set[tuple[str, str]], by: Rules) -> list[Group]:
    found: dict[object, Group] = {}
    for number, group in enumerate(groups):
        first = group[0]
        one = (first.kind, first.language)
        place = one if one in together and is_mergeable(first, by) else number
        found[place] = (*found.get(place, ()), *group)
    return list(found.values())


def item(group: Group, naming: Naming, bench: Bench) -> Item:
    """The file that a group becomes. Raises UnmadeError where its parts cannot be merged, OmbudError where it cannot be
    named."""
    first = group[0]
    if len(group) == 1:
        return _item(group, first.path, first.format, first.now, list(first.changes), naming)
    made = bench.make("pdf", [(part.path, part.format) for part in group])
    pages = [int(count) for count in str(made.said["pages"]).split(",")]
    changes = []
    for part, (start, end) in zip(group, spans(pages), strict=True):
        values = {"file": part.source.name, "first": start, "last": end}
        changes += [Change("merged" if end > start else "merged_page", values), *part.changes]
    if any(part.format == "pdf" for part in group):
        changes.append(Change("of_themselves"))
    changes += told(made.said)
    return _item(group, made.path, "pdf", bench.read(made.path, "pdf"), changes, naming)


def spans(counts: Sequence[int]) -> list[tuple[int, int]]:
    """First and last page, from 1, of each of the files that were merged."""
    ends = [0]
    for count in counts:
        ends.append(ends[-1] + count)
    return [(start + 1, end) for start, end in pairwise(ends)]


def _item(group: Group, path: Path, form: str, now: tuple[Said, ...], changes: list[Change], naming: Naming) -> Item:
    first = group[0]
    old = first.source.name
    name = naming.name(first.kind, first.language, form, old)
    if len(group) == 1 and name != old:
        changes = [Change("renamed", {"name": name, "old": old}), *changes]
    content = path.read_bytes()
    said = now if form in READ else ()
    against = dict.fromkeys(one for part in group if part.changed or len(group) > 1 for one in part.against)
    piece = Piece(
        name,
        first.kind,
        first.language,
        hashlib.sha256(content).hexdigest(),
        len(content),
        form,
        findings=tuple(against),
        said=said,
        inspected=VERSION if form in READ else "",
    )
    return Item(name, group, path, piece, tuple(changes))
