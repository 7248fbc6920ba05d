"""A file of assumptions is read, or every fault of it is told with its line."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib.resources import files
from itertools import pairwise
from pathlib import Path as FilePath
from typing import Any

from pydantic import ValidationError

from ombud.domain.conditions import AtLeast, Condition, Equals, In
from ombud.domain.instants import format_instant
from ombud.domain.problems import N_, OmbudError, Place, Problem
from ombud.domain.rulebook import Rulebook, vocabulary
from ombud.domain.rulebook.refused import problems_of
from ombud.domain.rulebook.source import Path, Source, read_source
from ombud.rulebooks import open_book, read_text, shipped
from ombud.simulate.assumptions.clauses import (
    AssumptionsText,
    Behaviour,
    ShareVersion,
    SpansVersion,
    SpanVersion,
    Stated,
    StatedVersion,
    Weight,
)

SHIPPED = "documents"
VIOLATION = "case.violation"
_FACTS = frozenset({"store", "order", "parcel", "complaint"})


@dataclass(frozen=True, eq=False)
class Assumptions:
    """A file of assumptions in use. `digest`: SHA-256 of its text."""

    text: AssumptionsText
    source: Source
    digest: str

    @property
    def name(self) -> str:
        return self.text.name

    def behaviour(self, platform: str) -> Behaviour:
        """What is assumed of a platform. Raises OmbudError where nothing is."""
        found = self.text.platforms.get(platform)
        if found is None:
            raise OmbudError(
                Problem(
                    "not_assumed",
                    N_("Nothing is assumed of the platform {platform!r}."),
                    {"platform": platform, "known": ", ".join(self.text.platforms)},
                    self.source.place(("platforms",)),
                    N_("Add it under platforms, or name another file with --assume. Assumed here: {known}."),
                )
            )
        return found

    def in_force(self, platform: str, clause: str, at: datetime) -> Any:
        """The version of `clause` assumed at `at`. Raises OmbudError where there is none: nothing is guessed."""
        versions: tuple[StatedVersion, ...] = getattr(self.behaviour(platform), clause) or ()
        found = next((version for version in reversed(versions) if version.valid_from <= at), None)
        if found is not None:
            return found
        raise OmbudError(
            Problem(
                "not_assumed_then",
                N_("{clause} is asked for as of {at}, and nothing is assumed of it then."),
                {"clause": f"{platform}.{clause}", "at": format_instant(at)},
                self.source.place(("platforms", platform, clause)),
                N_("Give it a version whose from is no later."),
            )
        )

    def check_for(self, book: Rulebook, *others: Rulebook) -> None:
        """Raises OmbudError where it names a violation or a prior that these books (of one platform) do not know."""
        behaviour = self.behaviour(book.name)
        usual = [open_book(book.name)] if book.name in shipped() else []
        violations = {name for each in (book, *others, *usual) for name in each.triggers}
        priors = book.under("priors")
        problems: list[Problem] = []
        for path, stated in _stated(behaviour, ("platforms", book.name)):
            place = self.source.place((*path, "where", VIOLATION))
            problems += (
                _unknown(N_("No rulebook here knows the violation {name!r}."), name, violations, place)
                for name in _violations(getattr(stated, "where", ()))
                if name not in violations
            )
            if isinstance(stated, Weight):
                place = self.source.place((*path, "prior"))
                if stated.prior not in priors:
                    text = N_("The rulebook has no prior {name!r}.")
                    problems.append(_unknown(text, stated.prior, priors, place))
                elif any(version.value.factor is None for version in priors[stated.prior]):
                    text = N_("The prior {name} has no factor to multiply by.")
                    problems.append(Problem("no_factor", text, {"name": stated.prior}, place))
        if problems:
            raise OmbudError(*problems)


def open_assumptions(name_or_path: str = SHIPPED) -> Assumptions:
    """What ships with Ombud, or the YAML file at a path. Raises OmbudError with everything wrong with it."""
    if name_or_path == SHIPPED:
        file = f"{SHIPPED}.yaml"
        return load((files(__package__) / file).read_text("utf-8"), file=file)
    path = FilePath(name_or_path)
    if not path.is_file():
        raise OmbudError(
            Problem(
                "no_such_assumptions",
                N_("There is no file of assumptions {name!r}."),
                {"name": name_or_path, "shipped": SHIPPED},
                mend=N_("Name a YAML file, or {shipped}, which ships with Ombud."),
            )
        )
    return load(read_text(path), file=name_or_path)


def load(text: str, *, file: str) -> Assumptions:
    """Reads the YAML `text`; `file` is what its errors call it. Raises OmbudError with all problems found."""
    source = read_source(text, file=file)
    if not isinstance(source.plain, dict):
        raise OmbudError(
            Problem(
                "no_assumptions",
                N_("This is no file of assumptions."),
                {},
                source.place(()),
                N_("It is a map with a name and platforms."),
            )
        )
    try:
        written = AssumptionsText.model_validate(source.plain)
    except ValidationError as error:
        problems = [*source.problems, *problems_of(error, source, (), AssumptionsText)]
        raise OmbudError(*sorted(problems, key=_line)) from None
    problems = [*source.problems, *_checked(written, source)]
    if problems:
        raise OmbudError(*sorted(problems, key=_line))
    return Assumptions(written, source, hashlib.sha256(text.encode()).hexdigest())


def _line(problem: Problem) -> int:
    return (problem.place.line or 0) if problem.place else 0


def _checked(written: AssumptionsText, source: Source) -> Iterator[Problem]:
    rows = {row for cited in written.sources for row in cited.rows}
    for platform, behaviour in written.platforms.items():
        for path, stated in _stated(behaviour, ("platforms", platform)):
            for cite in stated.cite.split(", ") if stated.cite else ():
                if cite not in rows:
                    yield Problem(
                        "unknown_row",
                        N_("{cite!r} is no row of the file's sources."),
                        {"cite": cite},
                        source.place((*path, "cite")),
                        N_("Name a row that stands under sources."),
                    )
            for condition in getattr(stated, "where", ()):
                place = source.place((*path, "where", vocabulary.word_of(condition)))
                for problem in _condition_problems(condition):
                    yield Problem(problem.code, problem.text, problem.values, place, problem.mend)
            if isinstance(stated, SpanVersion) and stated.value <= timedelta(0):
                yield Problem("no_sweep", N_("It must be longer than nothing."), {}, source.place((*path, "value")))
        for clause in Behaviour.model_fields:
            versions: tuple[StatedVersion, ...] = getattr(behaviour, clause) or ()
            for index, (earlier, later) in enumerate(pairwise(versions), start=1):
                if later.valid_from <= earlier.valid_from:
                    yield Problem(
                        "versions_unsorted",
                        N_("This version begins at {start}, no later than the one before it."),
                        {"start": format_instant(later.valid_from)},
                        source.place(("platforms", platform, clause, index, "from")),
                        N_("Order the versions by from, the oldest first, no two alike."),
                    )


def _stated(behaviour: Behaviour, path: Path) -> Iterator[tuple[Path, Stated]]:
    """Everything stated of a platform, with its path."""
    for clause in Behaviour.model_fields:
        for index, version in enumerate(getattr(behaviour, clause) or ()):
            here = (*path, clause, index)
            yield here, version
            if isinstance(version, ShareVersion | SpansVersion):
                yield from (((*here, "elsewhere", place), each) for place, each in enumerate(version.elsewhere))
            if isinstance(version, ShareVersion):
                yield from (((*here, "times", place), each) for place, each in enumerate(version.times))


def _condition_problems(condition: Condition) -> list[Problem]:
    match condition:
        case Equals(field) | In(field, tuple()) if field == VIOLATION:
            return []
        case Equals() | In(_, tuple()) | AtLeast():
            return vocabulary.problems(condition, _FACTS)
        case _:
            return [
                Problem(
                    "not_here",
                    N_("Assumptions compare fields with values only."),
                    mend=N_("Write the values out; what a rulebook names may differ between two books."),
                )
            ]


def _violations(conditions: tuple[Condition, ...]) -> Iterator[str]:
    for condition in conditions:
        match condition:
            case Equals(field, value) if field == VIOLATION:
                yield str(value)
            case In(field, tuple() as values) if field == VIOLATION:
                yield from map(str, values)


def _unknown(text: str, name: str, known: Any, place: Place) -> Problem:
    values = {"name": name, "known": ", ".join(sorted(known))}
    return Problem("unknown_name", text, values, place, N_("Known: {known}."))
