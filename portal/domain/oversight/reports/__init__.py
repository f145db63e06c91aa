"""Reports to the ward, as data that becomes PDF and xlsx, and the supervisor's board.

``monthly`` owns the tables ``monthly_report``, ``report_version`` and ``report_note`` and the
states of a monthly report (draft, checked, submitted); ``calls`` and ``mail`` build the two monthly
reports, ``status`` what can be read on any day, ``incidents`` and ``management`` their papers.
Called by ``export``, the report pages of the staff site, the report commands and the demo. Reads
every wing below; writes nothing but its own tables.
"""
