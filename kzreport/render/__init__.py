"""Executed pages -> files for readers. One module a format; what they share is :func:`blocks`."""
