"""A chapter of the tab "Course"."""

TITLE = "Conditions"


def build(context) -> None:
    """The chapter."""
