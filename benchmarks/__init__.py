"""Speed and quality of ConciergeDesk, measured through the product's own code. See docs/performance.md."""
