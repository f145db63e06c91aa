"""Scripts: what agents say and never say, in five languages, edited by supervisors.

Owns the tables ``script`` and ``script_version``; the default texts are data files of the slice.
Called by ``faxes``, the casework of the desk wing, the export and the staff site. Imports only
``foundation`` and the address of ``people.shops``.
"""
