"""The parts of lessons/TEACHING.md that repeat our data: the questions of the chapters, the quiz.

They stand between two markers each and are written again, from `assets/words/questions.toml` and
`quiz.toml`, with `python -m explorer.words.teaching`.
"""

from collections.abc import Callable, Sequence

from explorer.paths import ASSETS
from explorer.words import questions, quiz
from explorer.words.questions import Question
from explorer.words.quiz import Item

FILE = ASSETS.parent / "lessons" / "TEACHING.md"
LETTERS = "ABCD"


def asked(all_of_them: Sequence[Question]) -> str:
    """The questions by tab, each with its answer, the reason and the source, as Markdown."""
    parts = []
    for tab in dict.fromkeys(_tab(question) for question in all_of_them):
        parts.append(f"### {tab}")
        parts += [_question(question) for question in all_of_them if _tab(question) == tab]
    return "\n\n".join(parts)


def _tab(question: Question) -> str:
    return question.place.partition("/")[0]


def _question(question: Question) -> str:
    chapter = question.place.partition("/")[2] or question.place
    kinds: dict[str, Callable[[], str]] = {
        "choice": lambda: "Choose: " + " · ".join(question.options),
        "number": lambda: _range(question),
        "sketch": lambda: f"Sketch {question.y} against {question.x}",
    }
    lines = [
        f"**{chapter}** · {question.ask}  ",
        f"{kinds[question.kind]()}  ",
        f"Answer: **{question.answer.rstrip('.')}**. {question.why} {question.more}".rstrip()
        + "  ",
        f"Source: {question.source}",
    ]
    return "\n".join(lines)


def _range(question: Question) -> str:
    text = f"Guess a number from {question.low:g} to {question.high:g} {question.unit}"
    return text.replace(" -", " −").rstrip()


def items(all_of_them: Sequence[Item]) -> str:
    """The items of the quiz with their answers, as Markdown."""
    return "\n\n".join(_item(number, item) for number, item in enumerate(all_of_them, 1))


def _item(number: int, item: Item) -> str:
    options = (
        f"{letter}. {f'**{option}**' if option == item.right else option}  "
        for letter, option in zip(LETTERS, item.options, strict=True)
    )
    place = item.place.replace("/", " › ")
    return "\n".join(
        [
            f"**{number} · `{item.id}`.** {item.ask}  ",
            *options,
            f"Right is {LETTERS[item.index]}. {item.why} Shown in {place}. Source: {item.source}",
        ]
    )


def remade(text: str) -> str:
    """The text of TEACHING.md with its generated parts made again.

    Raises ValueError where a marker is missing.
    """
    for name, part in (("questions", asked(questions.load())), ("quiz", items(quiz.load()))):
        start, end = (
            f"<!-- {name}: made by python -m explorer.words.teaching -->",
            f"<!-- /{name} -->",
        )
        before, found, rest = text.partition(start)
        _, ended, after = rest.partition(end)
        if not (found and ended):
            raise ValueError(f"{FILE.name} needs the markers {start} and {end}.")
        text = f"{before}{start}\n\n{part}\n\n{end}{after}"
    return text


if __name__ == "__main__":
    FILE.write_text(remade(FILE.read_text("utf-8")), "utf-8")
