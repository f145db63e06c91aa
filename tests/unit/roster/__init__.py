"""Reading and checking extracts."""
