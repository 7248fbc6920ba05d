"""Which file goes into which upload, and what must stay out: what is not asked for first, then what is optional."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ombud.domain.asked import Asked
from ombud.domain.problems import N_
from ombud.domain.rulebook.clauses.evidence import FilesVersion
from ombud.pack.part import Item, LeftOut

REASONS: Mapping[str, str] = {
    "same_file": N_("It is the same file as {other}."),
    "bytes": N_("One upload takes {most} bytes, and this has {size}."),
    "name": N_("Another file has the same name, {name}, and the two cannot be merged."),
    "not_asked": N_("The upload is full, and nobody asks for this kind."),
    "optional": N_("The upload is full, and this kind need not be there."),
    "required": N_("The upload is full, though this kind must be there: choose yourself what goes in."),
}
_ALL = 10_000
_TRIED = frozenset({"not_smaller", "not_merged"})


def divided(
    items: Sequence[Item], asked: Sequence[Asked], files: FilesVersion | None, left: int | None
) -> tuple[list[list[Item]], list[LeftOut]]:
    """The uploads, each in the order in which the files came; and what is in none of them.

    left: how many uploads the case still takes; None: as many as there are. An upload that is not taken any more is
    made all the same: what stands against it is the gate's to say.
    """
    most_files = (files.most_files if files else None) or _ALL
    most_bytes = files.most_bytes if files else None
    most = _ALL if left is None else max(1, left)
    uploads: list[list[Item]] = []
    out: list[LeftOut] = []
    for item in sorted(items, key=lambda item: rank(item.kind, asked)):
        if most_bytes is not None and item.size > most_bytes:
            out.append(_left(item, "bytes", most=most_bytes, size=item.size))
            continue
        room = next((one for one in uploads if _fits(item, one, most_files, most_bytes)), None)
        if room is None and len(uploads) < most:
            room = []
            uploads.append(room)
        if room is None and any(_has_name(item, one) for one in uploads):
            out.append(_left(item, "name", name=item.name))
        elif room is None:
            out.append(_left(item, ("required", "optional", "not_asked")[rank(item.kind, asked)]))
        else:
            room.append(item)
    return [sorted(upload, key=items.index) for upload in uploads], out


def rank(kind: str, asked: Sequence[Asked]) -> int:
    """0 where the kind must be there, 1 where it is asked for, 2 where it is not."""
    wanted = {one.kind: one.required for one in asked}
    return 2 if kind not in wanted else 0 if wanted[kind] else 1


def _fits(item: Item, upload: Sequence[Item], most_files: int, most_bytes: int | None) -> bool:
    return (
        len(upload) < most_files
        and not _has_name(item, upload)
        and (most_bytes is None or sum(other.size for other in upload) + item.size <= most_bytes)
    )


def _has_name(item: Item, upload: Sequence[Item]) -> bool:
    return item.name.casefold() in {other.name.casefold() for other in upload}


def _left(item: Item, reason: str, **values: object) -> LeftOut:
    tried = tuple(one for one in item.changes if one.code in _TRIED)
    return LeftOut(tuple(part.source.name for part in item.parts), item.kind, reason, values, tried)
