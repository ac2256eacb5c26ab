"""What the lessons import: `compare` beside the library, `check` an exercise, `animation`.

`lessons/` holds the notebooks, `explorer.course.exercises` what their exercises ask, and
`explorer.course.notebooks` makes the notebooks from their texts.
"""

from explorer.course.checks import check
from explorer.course.compare import compare
from explorer.course.show import animation

__all__ = ["animation", "check", "compare"]
