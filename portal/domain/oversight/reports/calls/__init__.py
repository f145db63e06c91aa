"""The monthly report on the call center: figures, tables and texts (specification 6(7)).

Owns no tables; called by the report's pages, the report command and ``export``.
"""
