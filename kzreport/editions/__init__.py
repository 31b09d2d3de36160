"""Editions: definition, inputs, plan; the store; making one edition or many; log and notification."""
