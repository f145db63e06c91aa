"""Call counts of the telephone system: files by half hour, or days typed by hand, and key figures.

Owns the tables ``telephony_import``, ``telephony_day`` and ``telephony_count``; a day is replaced
by a new version, never changed. Called by the reports, the export, the staff site, the
``telephony`` commands and the demo. Imports only ``foundation``.
"""
