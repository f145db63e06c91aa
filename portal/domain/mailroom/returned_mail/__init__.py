"""Returned mail (clause 7(4)): found by a scan, stopped, stored, sent again or destroyed.

Owns the table ``returned_item`` and its states. Called by the staff pages of returned mail, the
home screen of the staff site, reports and export. May import ``printing``, ``contacts``,
``requests``, ``letters``, ``people`` and ``foundation``.
"""
