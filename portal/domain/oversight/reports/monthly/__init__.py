"""Monthly reports of any kind: due days, typed texts, checked versions, submission.

Owns the tables ``monthly_report``, ``report_version`` and ``report_note`` and the states of the
first. Called by ``calls`` and ``mail``, which build the contents, by ``status``, ``management``,
``export`` and the pages of the monthly reports.
"""
