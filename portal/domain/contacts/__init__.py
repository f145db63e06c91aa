"""Wing: Conversations with people: calls, FAX, questions to the ward, notes, scripts, counts.

Slices, those above may import those below: ``notes`` · ``faxes``, ``escalations`` · ``calls`` ·
``scripts``, ``telephony``. Called by the mailroom and desk wings, the reports, the export, the
staff site, the resident site (the FAX form), the commands and the demo. May use ``people``,
``letters`` and ``requests``.
"""
