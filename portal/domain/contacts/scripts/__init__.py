"""Scripts: what agents say and never say, in five languages, edited by supervisors.

Owns the tables ``script`` and ``script_version``; the default texts are data files of the slice.
Called by ``faxes``, the export and the script pages of the staff site. Imports only ``foundation``.
"""
