"""The command line, and the checks and scaffolds behind it."""
