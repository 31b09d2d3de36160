"""What a page shows: the readings of its sentences, charts and tables, put together over time from the indicators.

Pure like :mod:`kzreport.indicators`: series in, readings out. A view chooses periods and gathers; formulas stay below.
A series of which nothing was published yet gives empty groups or a reading with a status, never an error.
"""
