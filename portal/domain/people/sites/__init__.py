"""Sites of the call center: which reserve site (BCP) is on, and who may work from where.

Owns the table of times in which a reserve site was switched on. ``admin/access``,
``admin/people`` and ``portal/worker`` call it. Imports only ``foundation``.
"""
