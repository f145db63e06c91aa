"""Commands of the mailroom: ``portal letters``, ``portal mail`` and ``portal roster``."""
