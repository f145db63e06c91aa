"""Check an extract row by row and as a whole, and give each finding its code.

Writes nothing. Called by the imports and by the command that only checks; the codes also by the
holds and by the pages that explain them.
"""
