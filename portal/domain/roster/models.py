"""Roster imports, staged rows and differences."""
