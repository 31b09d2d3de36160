"""Providers whose figures serve any project: one file each; a project's own stand in ``data/providers/``."""
