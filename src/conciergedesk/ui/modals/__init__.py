"""Sheets over a screen, each typed by the answer it gives."""
