"""Commands: contacts."""
