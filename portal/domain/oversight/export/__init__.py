"""The handover of all data to the ward, which owns it (clause 15), in open formats.

Owns no tables; decides which rows and columns leave, without names and without secrets. Called by
the export command only. May read every wing; a new column is exported or left out here on purpose.
"""
