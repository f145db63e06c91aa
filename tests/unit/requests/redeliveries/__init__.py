"""Redeliveries: the rules that need no database."""
