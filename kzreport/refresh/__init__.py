"""Fetching: new figures and revisions from providers, added to tables as vintages; nothing known before changes."""
