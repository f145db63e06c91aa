"""Monthly reports of any kind: due days, typed texts, comments, checked versions, submission.

Owns the tables ``monthly_report``, ``report_version``, ``report_difference``, ``report_comment``
and ``report_note``, and the states of reports and comments. Called by ``calls`` and ``mail``, which
build the contents, by ``status``, ``management``, ``export`` and the pages of the monthly reports.
"""
