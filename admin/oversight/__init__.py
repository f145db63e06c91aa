"""Pages for reports to the ward, the settlement, project management and the board.

Owns no tables; the rules are in ``portal.domain.oversight``. ``admin.routes`` mounts the pages; the
dashboard, today's figures, telephony, documents and the navigation borrow words, charts and files.
"""
