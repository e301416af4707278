"""The sample desk: a fictional border metropolis with a day in progress around *now*.

Everything is written through the same service verbs as real work, at the moments at which it would have
happened, so that journal, clocks and reports are true. One module per room beside ``telling``, which leads.
"""

from conciergedesk.sample.telling import SampleDesk

__all__ = ["SampleDesk"]
