"""The sellers of a simulation: what they do about a case, drawn by a hash, so that it is the same under every book."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from hashlib import blake2b
from typing import Any

from ombud.domain import conditions
from ombud.domain.rulebook import Dated, Rulebook
from ombud.domain.rulebook.clauses.estimates import PriorVersion
from ombud.simulate.assumptions import Assumptions
from ombud.simulate.assumptions.clauses import Behaviour, ShareVersion, SpansVersion, Weight
from ombud.simulate.past import PastCase
from ombud.store.books import version

_WHOLE = 2**64
_MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Answer:
    """One submission: when, counted from what calls for it, whether it convinces, and how long a reviewer takes to
    rule on it (None: the rules decide)."""

    after: timedelta
    accepted: bool
    ruled_after: timedelta | None


class Sellers:
    """Those of one platform, as `assumptions` has them. `book` gives the priors: it is one and the same for all books
    that are compared, for what a book says of the world changes no seller."""

    def __init__(
        self, assumptions: Assumptions, book: Rulebook, *, seed: int, rules_at: datetime | None = None
    ) -> None:
        self.assumptions = assumptions
        self.book = book
        self.seed = seed
        self.rules_at = rules_at

    def sweep(self, fires_at: datetime) -> datetime:
        """When the case of what fires at `fires_at` is opened: at the next sweep, or at once where one falls on it."""
        span = self.stated("sweep", fires_at).value
        since = (fires_at - _EPOCH) // _MICROSECOND
        step = span // _MICROSECOND
        return _EPOCH + timedelta(microseconds=-(-since // step) * step)

    def answer(self, case: PastCase, at: datetime) -> Answer | None:
        """What the seller hands in for a case opened at `at`; None: nothing, ever."""
        if not self._happens("answered", case, at):
            return None
        return self._answer(case, at, "answer_after", "accepted", "")

    def mended(self, case: PastCase, at: datetime) -> Answer | None:
        """What the seller hands in after a rejection at `at`, where he may; None: nothing."""
        if not self._happens("mended", case, at):
            return None
        return self._answer(case, at, "mend_after", "mended_accepted", "mended ")

    def _answer(self, case: PastCase, at: datetime, after: str, accepted: str, which: str) -> Answer:
        person = self._happens("to_a_person", case, at, which)
        return Answer(
            self._lasts(after, case, at),
            self._happens(accepted, case, at),
            self._lasts("ruled_after", case, at, which) if person else None,
        )

    def _happens(self, clause: str, case: PastCase, at: datetime, which: str = "") -> bool:
        share = self.share(clause, case.fields, case.store_id, at)
        return self._draw(*case.key, which + clause) < int(share * _WHOLE)

    def share(self, clause: str, fields: Mapping[str, Any], store_id: str, at: datetime) -> Decimal:
        """The share assumed for a case of these fields, its priors taken in, at most 1."""
        stated: ShareVersion = self.stated(clause, at)
        share = self.plain_share(stated, fields, at)
        for weight in stated.times:
            prior = self.prior(weight.prior, at).value
            if weight.of is not None and self._draw(store_id, weight.prior) >= int(weight.of * _WHOLE):
                continue
            if prior.factor is not None and self.holds(prior.where, fields, at):
                share *= prior.factor
        return min(share, Decimal(1))

    def weights(self, at: datetime) -> list[Weight]:
        """Every prior that a share assumed at `at` goes by."""
        clauses = (version for version in (self._or_none(name, at) for name in Behaviour.model_fields) if version)
        return [weight for clause in clauses if isinstance(clause, ShareVersion) for weight in clause.times]

    def _or_none(self, clause: str, at: datetime) -> Any:
        there = getattr(self.assumptions.behaviour(self.book.name), clause)
        return self.stated(clause, at) if there else None

    def plain_share(self, stated: ShareVersion, fields: Mapping[str, Any], at: datetime) -> Decimal:
        """The same without its priors."""
        return next((each.share for each in stated.elsewhere if self.holds(each.where, fields, at)), stated.share)

    def prior(self, name: str, at: datetime) -> Dated[PriorVersion]:
        """The prior of the book in force at `at`, or its first version where the book is younger."""
        found = version(self.book, f"priors.{name}", self.rules_at or at)
        assert found is not None  # noqa: S101 (Assumptions.check_for has looked)
        return found

    def holds(self, where: Any, fields: Mapping[str, Any], at: datetime) -> bool:
        """Whether conditions hold for a case of these fields."""
        return conditions.holds(where, fields, start=at, book=self.book, rules_at=self.rules_at)

    def _lasts(self, clause: str, case: PastCase, at: datetime, which: str = "") -> timedelta:
        """A span by its place between the soonest and the latest, in whole microseconds."""
        spans = self.spans(clause, case.fields, at)
        place = self._draw(*case.key, which + clause) * (len(spans) - 1)
        index, rest = divmod(place, _WHOLE)
        low, high = spans[index] // _MICROSECOND, spans[index + 1] // _MICROSECOND
        return timedelta(microseconds=low + (high - low) * rest // _WHOLE)

    def spans(self, clause: str, fields: Mapping[str, Any], at: datetime) -> tuple[timedelta, ...]:
        """The spans assumed for a case of these fields, from the soonest to the latest."""
        stated: SpansVersion = self.stated(clause, at)
        return next((each.spans for each in stated.elsewhere if self.holds(each.where, fields, at)), stated.spans)

    def stated(self, clause: str, at: datetime) -> Any:
        """What is assumed of `clause` at `at`, whole."""
        return self.assumptions.in_force(self.book.name, clause, self.rules_at or at)

    def _draw(self, *words: str) -> int:
        """A whole number from 0 up to, not including, 2**64, always the same for these words and this seed."""
        text = "\0".join((str(self.seed), *words))
        return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "big")


_EPOCH = datetime.fromisoformat("1970-01-01T00:00:00+00:00")
