"""The row that sites write to learn whether the database takes writes; nobody else touches it."""
