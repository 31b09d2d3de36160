"""Numbers, dates, units and sentences in each language."""
