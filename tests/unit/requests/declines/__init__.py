"""Declines: the rules that need no database."""
