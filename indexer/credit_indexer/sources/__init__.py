"""Files as departments send them, read in constant memory into rows of the catalogue's fields.

`opening.inspect` looks through a whole file first and refuses what cannot be read; only then is anything recorded.
"""
