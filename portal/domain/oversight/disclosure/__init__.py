"""Disclosure, correction and stop requests from the ward: where a person stands, and the extract.

Owns the steps of a request; its rows and its clock are of the registers, and every table of the
others is searched. The list of tables is that of the disposal of one household, so a table that
nobody thought of stops the search. Two people of the ward decide what is told.
"""
