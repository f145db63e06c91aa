"""Letters as they are built, read back and resumed."""
