"""The kinds of letters of a run: with ID, advance notice, specimen, and what is inserted.

A writer decides what one kind of letter contains; ``pipeline.writer`` says what a writer is.
"""
