"""Series of publishers: the only reader of ``data/``."""
