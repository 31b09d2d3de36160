"""The project that the engine works on: its settings and pages, strict readers of its YAML, its units, its commit."""
