"""Editions: definitions, plans, the store, one edition and many."""
