"""Forms of the public about a record: begun, filled in over days, with papers, and sent in."""
