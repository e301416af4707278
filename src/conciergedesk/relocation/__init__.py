"""Relocation files: a household that settles, its dated plan, its follow-ups."""
