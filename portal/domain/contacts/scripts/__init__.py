"""What agents say and never say: greeting, verification, answers and closing in five languages, kept by supervisors."""
