"""The machine below: locks that the system drops, private folders for temporary files, cores."""
