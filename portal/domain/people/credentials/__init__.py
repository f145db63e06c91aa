"""Mailed credentials: the ID and password of a letter, and the account they open.

Owns the table of credentials and its states, and the formats of ID and password. Sign-in, printing,
the call desk, casework and recovery call it. Imports ``foundation`` and ``authn`` (a credential
that changes ends its sessions).
"""
