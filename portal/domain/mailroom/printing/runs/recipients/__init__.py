"""Choose who gets a letter of a run, with which address, and check that it can be printed.

Reads households and holds; writes the staff's own addresses for test postings, and holds on
households that cannot be printed.
"""
