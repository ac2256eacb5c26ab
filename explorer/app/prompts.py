"""What a person types to the text-to-image model: checked word by word before anything runs."""

import unicodedata

from explorer.app import checks
from explorer.data.scenes.scene import COLOURS, GROUNDS
from explorer.data.scenes.tokens import LENGTH, Tokenizer, UnknownWordsError

EXAMPLES = (
    "a red one left of a blue seven on black",
    "a large bold yellow four on brown",
    "a cyan five above a pink three on white",
    "a purple six in the top right corner on grey",
    "a green two and an orange nine on black",
)
FIRST = EXAMPLES[0]
*_SOME, _LAST = GROUNDS
LABEL = f"Prompt: a digit or two, their colours and places, on {', '.join(_SOME)} or {_LAST}"
KNOWN = (
    f"It knows digits, the colours {', '.join(COLOURS)}, the grounds {', '.join(GROUNDS)}, sizes "
    "such as large, and places such as left of or in the top right corner."
)
EMPTY = "The prompt is empty, so the model draws whatever it likes: it is the unconditional model."
LONGEST = 20_000  # characters that are looked at at all


def prompt(field: str, value: object) -> str:
    """The prompt's words, in small letters with single spaces; or a gr.Error that says what to do.

    An empty prompt is one: the unconditional model. Nothing of a refused one is shown but words
    of letters and digits, so a page can interpret none of it.
    """
    if not isinstance(value, str):
        raise checks.refuse(f"{field} must be text.")
    if len(value) > LONGEST:
        raise checks.refuse(f"{field} has {len(value):,} characters; use at most {LENGTH} words.")
    said = value.lower().replace(",", " ").replace(".", " ").split()
    if len(said) > LENGTH:
        raise checks.refuse(f"{field} has {len(said):,} words; use at most {LENGTH}.")
    for character in "".join(said):
        if not character.isalnum():
            raise checks.refuse(
                f"{field} holds {_named(character)}; use words of letters and digits only."
            )
    try:
        Tokenizer().encode(" ".join(said))
    except UnknownWordsError as error:
        raise checks.refuse(f"{error} {KNOWN} Nothing was run.") from None
    except ValueError as error:
        raise checks.refuse(f"{error} Nothing was run.") from None
    return " ".join(said)


def _named(character: str) -> str:
    """A character by its Unicode name; one that has none is a control character."""
    name = unicodedata.name(character, "").lower()
    return f"the character “{name}”" if name else "a control character"
