"""Migrations: a database made by any released version opens in every later one."""

HEAD = "0003"
"""The newest revision; checked at start without loading the migration tool."""
