"""Who races: a sampler and a spacing make an entrant; as text, "dpmpp_2m/karras". No torch here."""

from explorer import names
from explorer.app import checks
from explorer.app.controls import SPACINGS
from explorer.names import SAMPLERS as LABELS

OWN = "own"
MOST = 8
ORDER = tuple(LABELS)
TITLES = {**names.SPACINGS, OWN: "own grid"}
Chosen = tuple[tuple[str, str], ...]


def title(sampler: str, spacing: str) -> str:
    """ "DPM++ 2M Karras"."""
    return f"{LABELS[sampler]} {TITLES[spacing]}"


def text(chosen: Chosen) -> str:
    """The entrants as `parse` reads them."""
    return ", ".join("/".join(pair) for pair in chosen)


def all_on(spacing: str) -> Chosen:
    """All six samplers on one spacing."""
    return tuple((sampler, spacing) for sampler in ORDER)


DEFAULT = all_on("trailing")


def parse(value: object) -> Chosen:
    """(sampler, spacing) of each entrant, in the order of rows. Raises gr.Error with a sentence."""
    rule = f"Entrants must be 1 to {MOST} of sampler/spacing"
    if not isinstance(value, str) or len(value) > 400:
        raise checks.refuse(f"{rule}, such as ddim/trailing.")
    pairs = [word.strip().split("/") for word in value.split(",") if word.strip()]
    for pair in pairs:
        if len(pair) != 2 or pair[0] not in ORDER or pair[1] not in (*SPACINGS, OWN):
            raise checks.refuse(f"{rule}; {'/'.join(pair)} must be one that there is.")
    unique = sorted({(sampler, spacing) for sampler, spacing in pairs}, key=place)
    if not 1 <= len(unique) <= MOST:
        raise checks.refuse(f"{rule}; these are {len(unique)}. Choose at least one.")
    return tuple(unique)


def place(pair: tuple[str, str]) -> tuple[int, int]:
    """Where an entrant stands in the order of rows."""
    return ORDER.index(pair[0]), (*SPACINGS, OWN).index(pair[1])
