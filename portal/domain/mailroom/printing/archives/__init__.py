"""Encrypted archives of runs for the mail house: built, sent, lost, and plain files removed.

Owns the table ``print_archive`` and its states.
"""
