"""Staff accounts: who they are, which organization they belong to, what their role permits.

Owns the table of staff accounts, the table of permissions, staff sign-in and the locked screen. All
of ``admin``, the commands, the demo and the slices that name staff call it. Imports ``foundation``
and ``authn``.
"""
