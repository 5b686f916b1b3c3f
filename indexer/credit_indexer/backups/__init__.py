"""Backups: one file that holds the database and what people handed in, and the way back from it."""
