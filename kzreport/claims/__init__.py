"""Claims of documents, what they are compared with, and their verdicts."""
