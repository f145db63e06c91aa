"""Print runs: who gets a letter, and the one pipeline that builds every run.

Owns no table: runs, chunks, letters and staff addresses are tables of ``letters``.
"""
