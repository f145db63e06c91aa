"""Wing: What households ask for: declines, paper alternatives, redeliveries, changes of recipient, additions."""
