"""The desk: the room of the site in which the staff decides on applications, and is itself looked after."""
