"""Garbage collection, set for work that makes millions of small objects and hardly a cycle."""

import gc

# The collector's habit is to look after every 700 new objects; over a load it costs a seventh of the time, and finds
# next to nothing, for reference counts free what a batch made.
NEW_OBJECTS_BETWEEN_LOOKS = 1_000_000  # a batch of 50,000 rows is half of that


def expect_bulk_work() -> None:
    """For a command that begins: what is loaded by now stays, and what comes is looked at seldom."""
    gc.freeze()
    gc.set_threshold(NEW_OBJECTS_BETWEEN_LOOKS, 20, 100)


def tidy() -> None:
    """For a program that runs on: what the last piece of work left in circles goes now, not after a million objects."""
    gc.collect()
