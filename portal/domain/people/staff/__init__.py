"""Staff accounts: who they are, which organization they belong to, what their role permits.

Owns the table of staff accounts, the table of permissions, staff sign-in and the locked screen. All
of ``admin``, the platform's guards, ``portal staff`` and the slices that name staff call it.
Imports ``foundation`` and ``authn``.
"""
