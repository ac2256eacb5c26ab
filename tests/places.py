"""The places of the app that texts may point at."""

from functools import cache

from explorer.app import main


@cache
def places() -> set[str]:
    """Every tab and chapter of the app, as "Tab" and "Tab/Chapter"."""
    found = set()
    for blocks in main.build().blocks.values():
        if type(blocks).__name__ == "Tab":
            over = blocks.parent.parent
            while over is not None and type(over).__name__ != "Tab":
                over = over.parent
            found.add(f"{over.label}/{blocks.label}" if over else blocks.label)
    return found
