"""Silent calls for the supervisor."""
