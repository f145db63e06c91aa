"""Four eyes: what one person proposes and another one confirms.

Owns the table of approvals and its states, including the ward's written instruction. Casework,
requests, printing, incidents and settlement call it and carry out what was confirmed. Imports only
``foundation``.
"""
