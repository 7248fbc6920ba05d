"""The Django app: tables, constraints, indexes and reads. It holds no rules and only `actions` writes to it."""
