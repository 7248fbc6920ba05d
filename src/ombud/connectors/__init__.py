"""Talks with what is outside: nothing here reads or writes the store."""
