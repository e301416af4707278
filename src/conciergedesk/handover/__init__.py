"""What one shift passes to the next: the shift log, and a drafted handover acknowledged line by line."""
