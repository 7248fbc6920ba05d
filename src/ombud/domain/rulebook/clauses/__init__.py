"""The clauses of a book, by noun: what each may say, and what it gives to those who ask for it."""
