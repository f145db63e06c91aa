"""What agents say and never say.

Greeting, verification, answers and closing in five languages, kept by supervisors.
"""
