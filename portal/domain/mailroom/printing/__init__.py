"""Printing: from the choice of recipients to the posting of their letters.

Six slices, each of which may import those after it: cards and dispatch (hand-over, posting,
calendar); recalls; archives (for the mail house); proofs; runs (one pipeline for every kind of
letter). Called by the command line (``portal letters``), the staff pages of printing and requests,
the resident site (the calendar), casework, reports, export and demo. May import ``incidents``,
``requests``, ``letters``, ``people`` and ``foundation``.
"""
