"""A chapter of the tab "Course"."""

TITLE = "History"


def build(context) -> None:
    """The chapter."""
