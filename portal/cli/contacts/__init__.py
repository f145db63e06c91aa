"""Commands on contacts with people: the counts of the telephone system."""
