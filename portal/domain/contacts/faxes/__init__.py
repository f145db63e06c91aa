"""FAX from residents: each becomes a case in a queue; replies go out through the office's machine.

Owns the tables ``fax_case`` and ``fax_reply`` with their states. Called by the desk wing, the
reports, the staff site and the demo; the resident site offers the inquiry form. Builds on ``calls``
(verification, secrets), ``scripts``, ``people``, the printed forms of ``letters`` and the scans of
``requests``.
"""
