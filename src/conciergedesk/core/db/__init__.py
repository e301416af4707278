"""One way for data: the engine, the unit of work, and the check of what another desk changed."""
