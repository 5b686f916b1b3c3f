"""The refusal of a file, as a sentence for who sent it."""


class ContentRefusedError(Exception):
    """The file can't be taken; the message says why and what to do, in the reader's language."""
