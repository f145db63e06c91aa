"""Recall lists (引抜き): letters at the mail house that must no longer be posted.

Owns the tables ``pull_list`` and ``pull_letter`` and the states of a recalled letter. Called by
posting, the staff pages of printing, casework and the reports.
"""
