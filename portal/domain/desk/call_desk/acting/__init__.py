"""Acting for a household on a caller's word.

The resident's own services and rules, one module per act.
"""
