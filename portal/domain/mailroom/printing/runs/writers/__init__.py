"""The writers of each kind of letter: with ID, advance notice, specimen; and their enclosures.

A writer decides the content of one kind of letter; ``pipeline.writer`` defines its interface.
"""
