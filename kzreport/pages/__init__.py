"""Pages: the methods that a notebook calls, and the outputs that renderers read."""
