"""FAX from residents: each becomes a case in a queue; replies go out through the office's machine.

Owns the tables ``fax_case`` and ``fax_reply`` with their states. Called by the call desk, the
reports, the FAX pages and the demo; the resident site offers the inquiry form. Builds on ``calls``
(verification, secrets), ``scripts`` and the scans of ``requests``.
"""
