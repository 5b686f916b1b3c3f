"""The JSON API: what programs read. Documents are built as plain dictionaries, and tests hold them to the models."""
