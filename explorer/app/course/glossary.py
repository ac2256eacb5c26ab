"""A chapter of the tab "Course"."""

TITLE = "Glossary"


def build(context) -> None:
    """The chapter."""
