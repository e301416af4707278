"""People, households, organisations and lodgings the desk works for, and how a caller is recognised."""
