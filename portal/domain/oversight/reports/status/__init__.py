"""What can be read on any day: today's figures, declines, the settlement, the supervisor's board.

Owns no tables; called by the pages of reports and the dashboard, the report commands and
``export``.
"""
