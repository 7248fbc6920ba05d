"""The evidence of a case as a checklist: what is asked for, its state, its files and what was found in them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from ombud.documents.asked import Asked as Described
from ombud.documents.asked import asked, file_name
from ombud.documents.voice import Voice
from ombud.domain import gate
from ombud.domain.cases import ENDS
from ombud.domain.evidence import Piece
from ombud.domain.formats import said_by_name
from ombud.domain.gate import Rules
from ombud.domain.problems import N_
from ombud.languages import language
from ombud.store.models import DraftPiece
from ombud.words import remarks
from ombud.words.ready import Ready
from ombud.words.remarks import Remark

STATES: Mapping[str, tuple[str, str]] = {
    "missing": (N_("missing"), "bad"),
    "checking": (N_("checking"), ""),
    "refuse": (N_("refused"), "bad"),
    "doubt": (N_("doubtful"), "warn"),
    "fine": (N_("fine"), "good"),
    "unread": (N_("not read yet"), "warn"),
    "handed_in": (N_("handed in"), ""),
    "optional": (N_("may be added"), ""),
}
"""State -> (its word, the colour that repeats it)."""
_WORST = ("refuse", "checking", "unread", "doubt", "fine")
DRAWN = frozenset({"pdf", "jpeg", "png", "mp4"})
"""Formats that can be looked at."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong, wherever it was found. places: (the remark, its number in the preview; 0: none)."""

    first: Remark
    places: tuple[tuple[Remark, int], ...]


@dataclass(frozen=True, slots=True)
class Item:
    """A file that lies ready. rename: the name that the platform wants, where it has another."""

    piece_id: int
    piece: Piece
    state: str
    faults: tuple[Fault, ...]
    fine: tuple[str, ...]
    unseen: tuple[str, ...]
    rename: str = ""
    which: str = "ready"

    @property
    def word(self) -> str:
        return STATES[self.state][0]

    @property
    def tone(self) -> str:
        return STATES[self.state][1]

    @property
    def refusals(self) -> list[Fault]:
        """What makes it not count."""
        return [one for one in self.faults if one.first.level == "refuse"]

    @property
    def doubts(self) -> list[Fault]:
        """What a person may hold against it."""
        return [one for one in self.faults if one.first.level != "refuse"]

    @property
    def drawn(self) -> bool:
        """Whether there is a picture of it."""
        return self.piece.format.partition("+")[0] in DRAWN


@dataclass(frozen=True, slots=True)
class Slot:
    """A kind of evidence that is asked for, or that somebody added."""

    kind: str
    title: str
    state: str
    required: bool = False
    must: tuple[str, ...] = ()
    formats: str = ""
    file_name: str = ""
    items: tuple[Item, ...] = ()

    @property
    def word(self) -> str:
        return STATES[self.state][0]

    @property
    def tone(self) -> str:
        return STATES[self.state][1]


def faults(told: Sequence[Remark]) -> tuple[Fault, ...]:
    """Those that are not fine, the same fault in several places once; those with a place are numbered, from 1."""
    groups: dict[tuple[str, ...], list[tuple[Remark, int]]] = {}
    last = 0
    for remark in told:
        if remark.level == "fine":
            continue
        last += bool(remark.where)
        number = last if remark.where else 0
        groups.setdefault((remark.level, remark.code, remark.title, remark.mend), []).append((remark, number))
    return tuple(Fault(group[0][0], tuple(group)) for group in groups.values())


def items(found: Ready, checking: frozenset[str]) -> list[Item]:
    """Every file that lies ready, in the order in which they were put there."""
    ids = dict(DraftPiece.objects.filter(case=found.file.case).values_list("name", "draft_piece_id"))
    names = {piece.name for piece in found.ready}
    made = []
    for piece, judged, told in found.told:
        state: str = remarks.worst(told)
        if state != "refuse" and not piece.inspected:
            state = "checking" if piece.sha256 in checking else "unread" if piece.format in DRAWN else state
        elif state == "fine" and judged.unseen:
            state = "doubt"
        wanted = _name(piece, found)
        made.append(
            Item(
                ids.get(piece.name, 0),
                piece,
                state,
                faults(told),
                tuple(remarks.in_order(told)),
                tuple(remarks.unseen(judged.unseen, found.book)),
                wanted if wanted not in names else "",
            )
        )
    return made


def slots(found: Ready, made: Sequence[Item]) -> list[Slot]:
    """What is asked for in the order of the book, then the kinds that only the seller thought of."""
    described = asked(found.file, found.book, Voice(language()))
    rest = dict.fromkeys(item.piece.kind for item in made if item.piece.kind not in {one.kind for one in described})
    return [*(_asked(one, found, made) for one in described), *_others(rest, found.by, made)]


def _asked(one: Described, found: Ready, made: Sequence[Item]) -> Slot:
    own = tuple(item for item in made if item.piece.kind == one.kind)
    return Slot(one.kind, one.title, _state(one, own, found), one.required, one.must, one.formats, one.file_name, own)


def _others(kinds: Mapping[str, None], by: Rules, made: Sequence[Item]) -> Iterator[Slot]:
    for kind in kinds:
        own = tuple(item for item in made if item.piece.kind == kind)
        title = by.kinds[kind].title.speak(language()) if kind in by.kinds else kind
        yield Slot(kind, title, _worst(own), items=own)


def _state(one: Described, own: Sequence[Item], found: Ready) -> str:
    if own:
        return _worst(own)
    submissions = found.file.submissions
    if submissions and one.kind in {piece.kind for piece in submissions[-1].pieces}:
        return "handed_in"
    return "missing" if one.required else "optional"


def _worst(own: Sequence[Item]) -> str:
    states = {item.state for item in own}
    return next((state for state in _WORST if state in states), "fine")


def _name(piece: Piece, found: Ready) -> str:
    """As the platform wants it for this kind, in the format that the file has; empty where the name does already."""
    kind, files = found.by.kinds.get(piece.kind), found.by.files
    if kind is None or files is None or piece.format not in kind.formats or found.file.standing.state in ENDS:
        return ""
    if not any(one.fault in _OF_NAMES for one in found.verdict.reasons if one.rests_on == piece.name):
        return ""
    wanted = file_name(files, kind, found.file.case.order_id, [piece.format], Voice(language()))
    # Where no name fits, the book's own example comes back: of another order, kind or format.
    fits = gate.kind_of(wanted, found.by)[0] == piece.kind and said_by_name(wanted) == piece.format
    return wanted if fits and wanted != piece.name and found.file.case.order_id in wanted else ""


_OF_NAMES = frozenset({"bad_file_name", "other_order", "format_hidden"})
