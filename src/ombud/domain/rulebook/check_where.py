"""A condition in its book: are its fields at hand, its lists and named conditions in force when it needs them?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ombud.domain.conditions import Condition, In, Is, Some
from ombud.domain.problems import N_, Problem
from ombud.domain.rulebook import vocabulary
from ombud.domain.rulebook.dated import Dated
from ombud.domain.rulebook.references import Entries, reference_problem


def where_problems(
    condition: Condition, facts: frozenset[str], user: Dated[Any], entries: Entries
) -> Iterator[Problem]:
    """What is wrong with `condition` in the clause version `user`, where the rows of `facts` are at hand."""
    yield from vocabulary.problems(condition, facts)
    match condition:
        case Some(_, inner):
            for each in inner:
                yield from _list_problems(each, user, entries)
        case Is(name):
            yield from _named_problems(name, facts, user, entries)
        case _:
            yield from _list_problems(condition, user, entries)


def _list_problems(condition: Condition, user: Dated[Any], entries: Entries) -> Iterator[Problem]:
    if not isinstance(condition, In) or not isinstance(condition.values, str):
        return
    if problem := reference_problem("lists", condition.values, user, entries):
        yield problem
    for entry in entries.get(f"lists.{condition.values}", ()):
        for value in entry.dated.value.values:
            if problem := vocabulary.value_problem(condition.field, value):
                yield problem


def _named_problems(name: str, facts: frozenset[str], user: Dated[Any], entries: Entries) -> Iterator[Problem]:
    if problem := reference_problem("conditions", name, user, entries):
        yield problem
        return
    reads, circular = _reads(name, entries, ())
    if circular:
        yield Problem("circular", N_("The condition {name} asks for itself."), {"name": name})
    for fact in sorted(reads - facts):
        yield Problem(
            "fact_not_at_hand",
            N_("The condition {name} reads {fact}; at hand here are {facts}."),
            {"name": name, "fact": fact, "facts": ", ".join(sorted(facts))},
            mend=N_("Name the fact under over, or ask with some or no."),
        )


def _reads(name: str, entries: Entries, above: tuple[str, ...]) -> tuple[set[str], bool]:
    """The facts that the condition `name` reads through all it names, and whether it comes back to itself."""
    if name in above:
        return set(), True
    reads: set[str] = set()
    circular = False
    for entry in entries.get(f"conditions.{name}", ()):
        for condition in entry.dated.value.where:
            reads |= {field.partition(".")[0] for field in vocabulary.fields(condition)}
            if isinstance(condition, Is):
                inner, back = _reads(condition.name, entries, (*above, name))
                reads |= inner
                circular |= back
    return reads, circular
