"""Returned mail (clause 7(4)): received by a scan, its ID suspended, stored, resent or destroyed.

Owns the table ``returned_item`` and its states. Called by the staff pages of returned mail, the
reports, the export and the demo. May import ``printing``, ``contacts``, ``requests``, ``letters``,
``people`` and ``foundation``.
"""
