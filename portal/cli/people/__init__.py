"""Commands: people."""
