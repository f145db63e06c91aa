"""Check an extract row by row and as a whole, and report each finding by its code.

Writes nothing. Called by the imports, ``portal roster`` and the demo. The codes are also used by
the holds, the reports and the pages that explain them.
"""
