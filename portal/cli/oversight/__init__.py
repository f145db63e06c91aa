"""Commands: oversight."""
