"""How a resident gets in: ID and password, birth date at first, one-time code; account and recovery."""
