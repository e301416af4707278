"""Provider support: calls, triage trees, knowledge articles, sites and agreements."""
