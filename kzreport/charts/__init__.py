"""Figures: the kinds of plot, how they are drawn, and the text that describes them."""
