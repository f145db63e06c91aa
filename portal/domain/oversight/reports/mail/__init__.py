"""Reports about mail: the monthly report on deliveries, lists for printing, recall lists.

Owns no tables; called by the pages of reports and of the mailroom, the report command and
``export``.
"""
