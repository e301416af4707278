"""The knowledge base of service providers: trades, cards, opening hours, search, asks and imports."""
