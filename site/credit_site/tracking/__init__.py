"""Following an application by its number and secret: where it stands, what comes next, what was decided."""
