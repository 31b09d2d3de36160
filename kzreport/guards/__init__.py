"""Guards: checks that a state of the figures, or a change of it, is plausible."""
