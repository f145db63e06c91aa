"""Recall lists (引抜き): letters that must not go out any more although the mail house has them.

Owns the tables ``pull_list`` and ``pull_letter`` and the states of a recalled letter.
"""
