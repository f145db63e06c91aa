"""Pages of project management: milestones, minutes, open questions, the security checklist.

Only ``admin.routes`` calls them; the rules are in ``portal.domain.oversight.management``.
"""
