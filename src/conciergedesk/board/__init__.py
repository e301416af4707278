"""The one list of promises: each room offers what is due, the board sorts, filters and shows it."""
