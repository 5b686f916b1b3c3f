"""One module per family of pages; each offers `routes`."""
