"""Wing: Conversations with people: calls, FAX, questions to the ward, scripts, telephone counts.

Slices, those above may import those below: ``faxes``, ``escalations`` · ``calls`` · ``scripts``,
``telephony``. Called by the mailroom and desk wings, the reports, the export, the staff site, the
resident site (the FAX form), the commands and the demo. May use ``people``, ``letters`` and
``requests``.
"""
