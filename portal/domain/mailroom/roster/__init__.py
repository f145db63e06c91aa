"""The ward's resident extract: checked row by row, staged encrypted, compared, and applied.

Owns the tables ``roster_import``, ``roster_row``, ``staged_*`` and ``roster_difference`` and the
states of an import; it is the only slice that writes households from an extract, and contains the
rules of holds and their release. Called by the command line (``portal roster``), the staff pages
of imports, holds and protection, the export and the demo. Imports ``people``, ``foundation`` and
the wing's ``listing`` only.
"""
