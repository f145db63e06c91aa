"""Import a checked extract: stage it, compare it with the stored households, and apply it.

Writes the staged tables, and through ``people.households`` the households themselves. Called by
``portal roster`` and the demo.
"""
