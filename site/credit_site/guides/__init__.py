"""Guides in plain words to what a subject may do about records; every rule and date in them is read from policies."""
