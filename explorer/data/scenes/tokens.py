"""Words as numbers: a tokenizer of one word a token, whose vocabulary is the captions'."""

from collections.abc import Sequence
from difflib import get_close_matches

from explorer.data.scenes.captions import words

PAD, EMPTY = "<pad>", "<empty>"
LENGTH = 24  # tokens of a row; a caption of more words is refused


class UnknownWordsError(ValueError):
    """Words that no caption has; the message names each, with the nearest known ones."""

    def __init__(self, unknown: Sequence[str], known: Sequence[str]) -> None:
        self.unknown = tuple(unknown)
        telling = [word for word in known if len(word) > 2]  # “at” is no help for “cat”
        self.nearest = {word: get_close_matches(word, telling, 3, 0.65) for word in unknown}
        told = (
            f"“{word}”" + (f" (did you mean {', '.join(near)}?)" if near else "")
            for word, near in self.nearest.items()
        )
        super().__init__(f"The model does not know {', '.join(told)}.")


class Tokenizer:
    """Between captions and rows of token numbers."""

    def __init__(self, vocabulary: Sequence[str] | None = None) -> None:
        self.words = [PAD, EMPTY, *(vocabulary or words())]
        self.number = {word: k for k, word in enumerate(self.words)}

    def __len__(self) -> int:
        return len(self.words)

    def encode(self, caption: str) -> list[int]:
        """LENGTH numbers: the words', then padding. No word at all is the token EMPTY.

        Capitals, commas and full stops do not matter. Raises UnknownWordsError, and ValueError for
        more than LENGTH words.
        """
        said = caption.lower().replace(",", " ").replace(".", " ").split()
        unknown = list(dict.fromkeys(w for w in said if w not in self.number or w in (PAD, EMPTY)))
        if len(said) > LENGTH:
            raise ValueError(f"A caption has at most {LENGTH} words; this one has {len(said)}.")
        if unknown:
            raise UnknownWordsError([word[:30] for word in unknown[:3]], self.words[2:])
        numbers = [self.number[word] for word in said or [EMPTY]]
        return numbers + [self.number[PAD]] * (LENGTH - len(numbers))

    def decode(self, numbers: Sequence[int]) -> str:
        """The words of a row, without padding; of the empty caption, none."""
        return " ".join(self.words[k] for k in numbers if self.words[k] not in (PAD, EMPTY))
