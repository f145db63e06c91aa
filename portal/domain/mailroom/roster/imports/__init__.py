"""Import a checked extract: stage it, compare it with what is stored, apply it.

Writes the staged tables, and through ``people.households`` the households themselves. Called by
the command line and by the page of an import.
"""
