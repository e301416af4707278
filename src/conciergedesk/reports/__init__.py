"""Figures with printed definitions, the lists behind them, reports over a period, and their exports."""
