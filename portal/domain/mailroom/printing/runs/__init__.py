"""Print runs: who gets a letter, and the one pipeline that builds every run.

Owns no table: runs, chunks, letters and staff addresses are tables of ``letters``. Called by
``portal letters``, the other slices of printing, the staff pages of printing and requests, the
reports and the demo.
"""
