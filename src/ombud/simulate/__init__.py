"""Trying a rulebook on past orders (G7), and what the cases of a month may cost (O21).

Reads facts and books, writes nothing to the store. How sellers answer comes from a file of assumptions, dated and with
its ground; draws are hashes, so both books meet the same sellers and a run repeats to the byte.
"""
