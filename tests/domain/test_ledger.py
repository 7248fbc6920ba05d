"""Double entry: nothing comes from nowhere, and what is reversed is as if it had not been."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ombud.domain.ledger import Entry, balances, reversal

ACCOUNTS = st.sampled_from(["settlement", "held", "charged"])
ENTRIES = st.lists(
    st.builds(Entry, st.just("line"), ACCOUNTS, ACCOUNTS, st.sampled_from(["RUB", "USD"]), st.integers(1, 10**12))
)


@given(ENTRIES)
def test_the_accounts_of_a_currency_sum_to_nothing(entries: list[Entry]) -> None:
    found = balances(entries)
    for wanted in ("RUB", "USD"):
        assert sum(amount for (_, currency), amount in found.items() if currency == wanted) == 0


@given(ENTRIES)
def test_a_reversal_undoes_its_entry(entries: list[Entry]) -> None:
    undone = [*entries, *map(reversal, entries)]
    assert not any(balances(undone).values())


def test_an_entry_takes_from_debit_what_it_gives_to_credit() -> None:
    assert balances([Entry("order_amount", "settlement", "held", "RUB", 5)]) == {
        ("settlement", "RUB"): -5,
        ("held", "RUB"): 5,
    }
