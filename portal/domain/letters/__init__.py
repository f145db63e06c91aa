"""Wing: everything sent to households: the ward's documents, letters, announcements, shipments.

Owns the tables of those slices and of subcontractors. The requests, contacts, mailroom, desk and
oversight wings, the sites and the commands call it. Imports only ``foundation`` and ``people``.
"""
