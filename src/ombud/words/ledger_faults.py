"""What a ledger audit finds, in words."""

from __future__ import annotations

from ombud.domain.problems import N_

RULES = {
    "hold_differs": N_("the postings of a case that is not settled hold another amount than the case says"),
    "hold_outlives_case": N_("money is held for a case that is settled"),
    "not_settled": N_("a closed case is not settled"),
    "charged_twice": N_("more than one case of an order was charged"),
    "cause_of_another_case": N_("a posting was caused by a step of another case, or by none"),
    "not_when_caused": N_("a posting has another instant than the step that caused it"),
    "not_of_its_case": N_("a posting has another store or currency than its case"),
    "not_balanced": N_("a posting moves nothing, or from an account to itself"),
    "hold_not_as_told": N_("the hold of a case is not what its first step says"),
    "opened_not_as_told": N_("the opening of a case is not at the instant of its first step"),
    "closed_not_as_told": N_("the closing of a case is not at the instant of the step that ended it"),
    "settled_not_as_told": N_("the settling of a case is not at the instant of that step"),
}
"""By the code of the rule that is broken."""
