"""Staff pages of the people wing: one's account, sign-in, lock, accounts, sites, coupons, tasks.

Owns no tables; the rules are in ``portal.domain.people``. ``admin.routes`` mounts the pages;
``admin.access`` shows ``locked``; desk and mailroom use ``notice_words`` and ``signin``.
"""
