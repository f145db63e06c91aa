"""Staff pages of the letters wing: documents, subcontractors and other mail.

The rules are in ``portal.domain.letters``. Only ``admin.routes`` imports from here.
"""
