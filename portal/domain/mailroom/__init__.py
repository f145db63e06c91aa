"""Wing: from the ward's extract to the mail and back.

Owns the slices of roster imports and holds, printing, tracking, returned mail and incidents;
``listing`` describes the part of a list that a reader gets. The desk and oversight wings, the sites
and the commands call it. Imports ``foundation``, ``people``, ``letters``, ``requests`` and
``contacts``.
"""
