"""A chapter of the tab "Course"."""

TITLE = "Ten errors"


def build(context) -> None:
    """The chapter."""
