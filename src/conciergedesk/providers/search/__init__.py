"""Provider search: one index in memory, fed with frozen values, that reads queries in everyday words.

Nothing here touches the database. ``SearchIndex`` is the door; ``entry`` holds the values that pass through it.
"""
