"""Agents of the desk, their roles and rights, and how they sign in."""
