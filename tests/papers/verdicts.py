"""What Ombud makes of papers: gate, pool and judge in a row, each paper an upload of its own."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ombud.domain import gate
from ombud.domain.cases import State
from ombud.domain.evidence import Outcome, Piece
from ombud.domain.formats import Ends
from ombud.domain.gate import Upload
from ombud.domain.judging import Judged, all_findings, judge
from ombud.domain.judging.known import Known, PictureSeen
from ombud.domain.said import Said
from ombud.inspect import VERSION
from ombud.inspect.pool import Asked, Pool
from ombud.rulebooks import open_book
from tests.papers.paper import Paper

_READ = ("pdf", "jpeg", "png", "mp4")
_HASHES = ("picture_sha256", "picture_dhash")
NEAR = 3
"""As in `ombud.store.inspections`, which needs a store."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """refused, doubted: faults -> how sure. said: all that was read. unseen: what nobody could look at."""

    refused: dict[str, float]
    doubted: dict[str, float]
    said: tuple[Said, ...]
    unseen: tuple[str, ...] = ()

    def finds(self, fault: str, weight: str) -> bool:
        """Whether it says the fault, and refuses for it where it must."""
        return fault in self.refused or (weight == "doubt" and fault in self.doubted)


def judged(papers: Sequence[Paper], pool: Pool, folder: Path) -> list[Verdict]:
    """The verdicts on papers, in their order. folder: where their files may lie meanwhile."""
    pieces = [_piece(paper.name, paper.content, paper) for paper in papers]
    before = [content for paper in papers for content in paper.before]
    asked = [*_asked(((piece, paper.content) for piece, paper in zip(pieces, papers, strict=True)), folder)]
    olds = [*_asked(((_piece("old.jpg", content, papers[0]), content) for content in before), folder)]
    read = iter(pool.inspect([one for one in (*asked, *olds) if one is not None]))
    said = [next(read).said if one is not None else () for one in (*asked, *olds)]
    of_before = dict(zip(before, said[len(papers) :], strict=True))
    verdicts = []
    for piece, paper, own in zip(pieces, papers, said, strict=False):
        verdicts.append(_verdict(piece, paper, own, {content: of_before[content] for content in paper.before}))
    return verdicts


def _piece(name: str, content: bytes, paper: Paper) -> Piece:
    ends = Ends()
    ends.take(content)
    return Piece(name, paper.kind, paper.language, hashlib.sha256(content).hexdigest(), len(content), ends.format)


def _asked(pieces: Iterable[tuple[Piece, bytes]], folder: Path) -> Iterable[Asked | None]:
    """None: nobody reads such a file."""
    for piece, content in pieces:
        if piece.format not in _READ:
            yield None
            continue
        path = folder / piece.sha256
        path.write_bytes(content)
        yield Asked(path, piece.format)


def _verdict(piece: Piece, paper: Paper, said: tuple[Said, ...], before: dict[bytes, tuple[Said, ...]]) -> Verdict:
    order = paper.order
    book = open_book(order.platform)
    at = order.delivered_at
    by = gate.rules(book.clauses, lambda clause: book.version_at(clause, at))
    piece = _read(piece, said)
    own = judge([piece], order.row(), _known(paper, said, before), by, book, at=at)[0]
    whole = _with(piece, own)
    served = frozenset(hashlib.sha256(content).hexdigest() for content in before)
    seen = gate.look(Upload((whole,), at, order.order_id, State.EVIDENCE_REQUIRED, None, served=served), by)
    refused = {one.check: one.confidence for one in whole.findings if one.outcome is Outcome.FAILED}
    refused |= {fault: 1.0 for fault in seen.faults if fault not in refused}
    doubted = {one.check: one.confidence for one in whole.findings if one.outcome is Outcome.UNSURE}
    return Verdict(refused, doubted, said, own.unseen)


def _read(piece: Piece, said: tuple[Said, ...]) -> Piece:
    return replace(piece, said=said, inspected=VERSION if piece.format in _READ else "")


def _with(piece: Piece, own: Judged) -> Piece:
    return replace(piece, findings=all_findings(piece, own))


def _known(paper: Paper, own: tuple[Said, ...], before: dict[bytes, tuple[Said, ...]]) -> Known:
    """What the store would find: the same pictures, and photos whose hashes differ in `NEAR` bits at most."""
    known: Known = paper.order.known()  # type: ignore[assignment]
    olds = [one for said in before.values() for one in said if one.field in _HASHES]
    known["pictures"] = {
        str(one.value): PictureSeen(case_id=7, same_order=False, exact=one.field == "picture_sha256")
        for one in own
        for old in olds
        if one.field == old.field and _is_same(one, old)
    }
    return known


def _is_same(one: Said, old: Said) -> bool:
    if one.field == "picture_sha256":
        return one.value == old.value
    return (int(str(one.value), 16) ^ int(str(old.value), 16)).bit_count() <= NEAR
