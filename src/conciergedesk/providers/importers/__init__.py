"""Listings of providers read from files: tables, maps, tourism exports and the house's own.

``listing.open_listing`` reads any of them row by row, ``plan.plan_import`` says what would happen, and
``apply.apply_import`` does it in one transaction that can be taken back as a whole.
"""
