"""Printing: from a household that is due to its letter at the post office.

Six slices, those above may import those below: cards and dispatch (hand-over, posting, calendar);
recalls; archives (for the mail house); proofs; runs (one pipeline for every kind of letter). Called
by the command line (``portal letters``), the staff pages of printing, tracking, returned mail,
reports and export. May import ``incidents``, ``requests``, ``letters``, ``people`` and
``foundation``.
"""
