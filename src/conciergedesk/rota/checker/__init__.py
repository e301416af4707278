"""The independent judge: checks any roster on instants. Shares no code with the solver."""
