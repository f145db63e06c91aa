"""Sites of the call center: which reserve site (BCP) is on, and who may work from where.

Owns the table of times in which a reserve site was switched on. The platform's guards,
``admin/access`` and ``admin/people`` call it. Imports only ``foundation``.
"""
