"""The machine below: locks that the system drops, and private folders for temporary files."""
