"""What a terminal, a log or a cell of a notebook shows: streams, secrets kept out, faults, small tables."""
