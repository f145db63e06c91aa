"""Wing: Reports to the ward, the settlement, project management and the final export.

Slices, those above may import those below: ``export`` · ``reports`` · ``settlement`` ·
``management``. This is the topmost wing: it may read every other one, and only the sites, the
commands and the demo call it.
"""
