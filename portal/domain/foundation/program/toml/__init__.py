"""TOML files as tables that refuse unknown keys, and the errors that name their faults."""
