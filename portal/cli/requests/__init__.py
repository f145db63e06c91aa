"""Commands: requests."""
