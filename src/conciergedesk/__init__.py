"""ConciergeDesk: the terminal desk of a 7/7 concierge team, its coaches and its hotlines."""

__version__ = "0.1.0"
