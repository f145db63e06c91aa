"""Trends for the ward: what families did by day, by month and by town, published once.

Owns the table ``trend_figure``. The worker publishes a span when it is over; the home page and the
page of the trends read what was published. No figure counts a protected family, small ones and
what they could be computed from are hidden, and all are rounded (decision 0075).
"""
