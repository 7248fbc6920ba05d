"""How sellers answer, stated in a file: dated, each value with the row that it comes from or a note that says what it
rests on. `open_assumptions` reads one."""

from ombud.simulate.assumptions.load import SHIPPED, Assumptions, load, open_assumptions

__all__ = ["SHIPPED", "Assumptions", "load", "open_assumptions"]
