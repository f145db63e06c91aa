"""Reports to the ward, as data that becomes PDF and xlsx, and the supervisor's board.

Owns the tables ``monthly_report``, ``report_version`` and ``report_note`` and the monthly reports'
states (draft, checked, submitted). Called by ``export``, the report pages of the staff site, the
report commands and the demo. Reads every wing below; writes nothing but its own tables.
"""
