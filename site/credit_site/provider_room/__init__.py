"""The room of the site in which providers see what became of what they sent, and send more."""
