"""What every request shares: receipt number, channel, place in the review queue, paper form and scan."""
