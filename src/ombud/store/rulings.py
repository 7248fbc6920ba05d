"""Reads of rulings: those that wait for a person, what one of them rests on, and the proof that it is what it says."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import takewhile
from typing import Any

from django.db.models import F, OuterRef, Q, Subquery

from ombud.domain.cases import State
from ombud.domain.chain import canonical, text_digest
from ombud.domain.evidence import Reason
from ombud.domain.rulings import record, rule
from ombud.store.books import kept
from ombud.store.models import Case, Ruling


@dataclass(frozen=True, slots=True)
class Waiting:
    """A case under review. rule_at: when `recommended` takes effect by itself; None: when somebody rules. by_person:
    a reviewer has ruled, and the ruling waits for its time. ruling: the last one; None where none was written."""

    case: Case
    ruling: Ruling | None

    @property
    def by_person(self) -> bool:
        return self.ruling is not None and self.ruling.decision in ("confirmed", "overruled")


def under_review(
    at: datetime, *, store_id: str | None = None, platform: str | None = None, limit: int | None = None
) -> list[Waiting]:
    """The reviewer's queue: what takes effect first on top; then what waits for a person without end, the oldest
    submission first."""
    cases = Case.objects.filter(state=State.UNDER_REVIEW, closed_at__isnull=True, submitted_at__lte=at)
    cases = cases.filter(Q(store=store_id) if store_id else Q(), Q(platform=platform) if platform else Q())
    last = Ruling.objects.filter(case=OuterRef("case_id")).order_by("-seq").values("ruling_id")[:1]
    found = cases.select_related("store").annotate(last_ruling=Subquery(last))
    found = found.order_by(F("rule_at").asc(nulls_last=True), "submitted_at", "case_id")
    rows = list(found if limit is None else found[:limit])
    rulings = Ruling.objects.in_bulk([row.last_ruling for row in rows if row.last_ruling is not None])
    return [Waiting(row, rulings.get(row.last_ruling)) for row in rows]


def rulings_of(case_id: int) -> list[Ruling]:
    """Every ruling of a case, the first one first."""
    return list(Ruling.objects.filter(case=case_id).order_by("seq"))


def reasons_of(ruling: Ruling) -> tuple[Reason, ...]:
    """What the ruling rests on, the strongest first."""
    said: Mapping[str, Any] = json.loads(ruling.record)
    return tuple(Reason(**one) for one in said.get("judgement", {}).get("reasons", ()))


def replay(text: str) -> bytes:
    """Makes a ruling again from its record alone and the book that it names: the same bytes, or it is not what it says.

    What a person made of it stands in the record as it was said. Raises RulebookVersion.DoesNotExist where the store
    never had that book.
    """
    said = json.loads(text)
    if "inputs" not in said:  # a person ruled on a case of which nothing was handed in
        return canonical(said).encode()
    judgement = rule(said["inputs"], kept(said["inputs"]["book"]))
    return record(said["inputs"], judgement, said.get("review")).encode()


@dataclass(frozen=True, slots=True)
class Replayed:
    """What came of making a ruling again. difference: (path, as recorded, as made again), None where there is none;
    digest_fits: whether the record is the one whose digest was kept."""

    difference: tuple[str, str, str] | None
    digest_fits: bool

    @property
    def proved(self) -> bool:
        return self.difference is None and self.digest_fits


def prove(ruling: Ruling) -> Replayed:
    """Makes a stored ruling again and compares it byte for byte."""
    made = replay(ruling.record)
    difference = None
    if made != ruling.record.encode():
        difference = _first_difference(json.loads(ruling.record), json.loads(made)) or _bytes(ruling.record, made)
    return Replayed(difference, text_digest(ruling.record) == ruling.digest)


def _first_difference(recorded: Any, made: Any, path: str = "") -> tuple[str, str, str] | None:
    if isinstance(recorded, dict) and isinstance(made, dict):
        for key in sorted({*recorded, *made}):
            if found := _first_difference(recorded.get(key), made.get(key), f"{path}.{key}" if path else key):
                return found
        return None
    if isinstance(recorded, list) and isinstance(made, list) and len(recorded) == len(made):
        pairs = enumerate(zip(recorded, made, strict=True))
        return next((found for at, (a, b) in pairs if (found := _first_difference(a, b, f"{path}[{at}]"))), None)
    return None if recorded == made else (path, canonical(recorded), canonical(made))


def _bytes(recorded: str, made: bytes) -> tuple[str, str, str]:
    """The same values in another form: a record that somebody wrote anew."""
    text = made.decode()
    same = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(recorded, text, strict=False)))
    return f"byte {len(recorded[:same].encode())}", recorded[same : same + 20], text[same : same + 20]
