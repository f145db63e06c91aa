"""Papers of project management: plan, progress report, minutes, open questions, checklist.

Owns no tables; called by the management pages, the report commands and ``export``.
"""
