"""The one case that a person means, within one store where one is named."""

from __future__ import annotations

from ombud.actions.drafts import unknown_case
from ombud.domain.problems import N_, OmbudError, Problem
from ombud.store.case_file import cases_named
from ombud.store.models import Case


def the_case(name: str, store_id: str | None) -> Case:
    """The case of that number, or the one of that order that is still open.

    Raises OmbudError where there is none, in the same words where it is of another store than `store_id`, and where an
    order has several.
    """
    found = _of_store(name, store_id)
    return _one(name, [case for case in found if case.closed_at is None] or found)


def the_routed_case(name: str) -> Case:
    """The one case of that name that another process may still decide; else the one that it names at all.

    Raises OmbudError where there is none and where an order has several.
    """
    found = cases_named(name)
    return _one(name, [case for case in found if case.route and case.closed_at is None] or found)


def _one(name: str, found: list[Case]) -> Case:
    if len(found) > 1:
        raise OmbudError(
            Problem(
                "several_cases",
                N_("{name} has several cases: {cases}."),
                {"name": name, "cases": ", ".join(f"#{case.case_id}" for case in found)},
                mend=N_("Name one of them by its number."),
            )
        )
    return found[0]


def _of_store(name: str, store_id: str | None) -> list[Case]:
    if store_id is None:
        return cases_named(name)
    try:
        found = [case for case in cases_named(name) if case.store_id == store_id]
    except OmbudError:  # also what is said of an order without a case would say that another store has it
        found = []
    if not found:
        raise unknown_case(name, store_id)
    return found
