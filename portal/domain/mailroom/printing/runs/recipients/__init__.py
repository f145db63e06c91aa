"""Who gets a letter of a run, under which address, and whether it can be printed.

Reads households and holds; writes only the staff's own addresses for test postings.
"""
