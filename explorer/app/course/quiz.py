"""A chapter of the tab "Course"."""

TITLE = "Quiz"


def build(context) -> None:
    """The chapter."""
