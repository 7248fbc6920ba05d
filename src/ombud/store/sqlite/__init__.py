"""Django's SQLite backend with STRICT tables: a column holds its type or the row is refused."""
