"""The ward's texts and forms: every version with its content and approval (R48, clause 15).

Owns the tables of document versions and of their uses, and the versions' states. Printing and
``admin/letters`` call it; the export and the reports read it. Imports only ``foundation``.
"""
