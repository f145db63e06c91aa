"""Subcontractors with the ward's consent, and every file sent to them (clause 16(2)).

Owns the tables of subcontractors and of sent files, and the subcontractors' states. Printing and
archives ask it before a file leaves; ``admin/letters``, casework, reports and the export read it.
Imports ``foundation`` and, for names, ``people.staff``.
"""
