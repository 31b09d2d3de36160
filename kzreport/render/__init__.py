"""Executed pages -> files for readers. Renderers read only the typed outputs of :mod:`kzreport.pages.outputs`."""
