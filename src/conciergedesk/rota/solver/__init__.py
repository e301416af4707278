"""The engine: column generation over whole personal rosters, priced by dynamic programming."""
