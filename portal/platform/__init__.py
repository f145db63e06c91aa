"""What both sites share and what knows Litestar: requests, pages, templates, database, senders.

It asks a site who is signed in and knows no accounts, sign-ins or calls. Called by ``portal.web``,
``admin`` and the commands; it may use ``portal.settings`` and the other rules of ``portal.domain``.
"""
