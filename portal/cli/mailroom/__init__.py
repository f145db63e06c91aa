"""Commands: mailroom."""
