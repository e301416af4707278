"""Key sets entrusted to the desk: register, chain of custody, codes, reservations, counts and losses."""
