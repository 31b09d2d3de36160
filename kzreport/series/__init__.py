"""What publishers said: the only reader of ``data/``."""
