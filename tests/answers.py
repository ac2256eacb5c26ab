"""What is computed, held against the questions that people read."""

from collections.abc import Sequence

from explorer.words import questions

NEAR = 0.03  # of a sketch's axis: how far a computed value may lie from the drawn one


def holds(name: str, computed: str | float | Sequence[float], near: float = NEAR) -> None:
    """The right answer of a question is the computed one: the option, or within half a step."""
    question = next(one for one in questions.load() if one.id == name)
    if question.kind == "choice":
        assert computed in question.options and question.right == computed
    elif question.kind == "number":
        assert abs(question.right - computed) <= question.step / 2 + 1e-9
    else:
        assert len(computed) == len(question.right)
        off = max(abs(a - b) for a, b in zip(computed, question.right, strict=True))
        assert off <= near * (question.high - question.low)


def text(name: str) -> str:
    """All that a question says, and what is said after it; name: its id or its place."""
    question = next(one for one in questions.load() if name in (one.id, one.place))
    return f"{question.ask} {question.why} {question.more} {question.words}"
