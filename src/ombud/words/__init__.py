"""The words that every door shares: what cases, reasons, clocks and rates are called, in the reader's language."""
