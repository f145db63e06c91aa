"""Tracking (clause 7(3), 7(4)): the post's events of letters and parcels, ingested in any order.

Owns the tables ``tracking_file`` and ``tracking_event``; moves shipments, letters and parcels along
their own states, and never guesses. Called by the command line (``portal mail``), the staff pages
of tracking and parcels, ``letters post`` and the export. May import ``printing``, ``contacts``,
``requests``, ``letters``, ``people`` and ``foundation``.
"""
