"""The cost of administration: what it is made of, per household, and as a share of the program.

Owns no tables; called by the delivery report and by the page of the costs.
"""
