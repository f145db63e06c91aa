"""Tracking (clause 7(3), 7(4)): the post's events of letters and parcels, ingested in any order.

Owns the tables ``tracking_file``, ``tracking_event``, ``tracking_word`` and ``dismissed_number``.
Moves shipments, letters and parcels along their own states, but only by clear events. Called by the
command line
(``portal mail``), the staff pages of tracking and parcels, the export and the demo. May import
``printing``, ``contacts``, ``requests``, ``letters``, ``people`` and ``foundation``.
"""
