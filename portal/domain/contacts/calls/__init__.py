"""Calls: contacts of one person with the call desk, by telephone, FAX, form or counter (clause 6).

Owns the tables ``call_record``, ``call_household`` and ``call_verification``, the states of a call,
the caller's verification and the levels that follow from it. Called by ``faxes``, ``escalations``,
the desk wing, the incident register, the reports, the export, the worker, the staff
site and the demo. May use ``people`` (households, credentials, coupons, sessions, staff, tasks) and
the numbers and printed forms of ``letters``.
"""
