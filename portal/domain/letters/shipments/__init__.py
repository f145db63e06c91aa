"""Mail: a letter or a parcel, from posting to delivery, return or loss.

Owns the tables of shipments and of other mail, their states, the mail classes and the postage.
Tracking, posting, returned mail, redeliveries, alternatives, casework, settlement and the sites
call it. Imports ``foundation``, ``people`` and, of this wing, ``announcements`` and ``letters``.
"""
