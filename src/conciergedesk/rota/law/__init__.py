"""Working-time rules as data: packs of figures with unit, article and source text."""
