"""What every request shares.

Receipt number, channel, place in the review queue, paper form and scan.
"""
