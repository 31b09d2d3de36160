"""Output for a terminal, a log or a notebook's cell: streams, secrets kept out, faults, small tables."""
