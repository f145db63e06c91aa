"""Pages of returned mail: its receipt, its storage and destruction, the list of undelivered mail.

The rules are in ``portal.domain.mailroom.returned_mail``.
"""
