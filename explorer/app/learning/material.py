"""What is trained on: MNIST, pictures of one’s own, or variants of the digits that ship."""

from functools import cache
from pathlib import Path

from explorer.data.images import DataError, Images, at_hand, open_images
from explorer.training import variants

HOW = (
    "run “explorer fetch mnist --data FOLDER” once, where there is a network, and start the app "
    "with “explorer app --data FOLDER”"
)
OWN = "or with pictures of your own, an .npz or a folder of images."
MISSING = (
    "MNIST is not in the folder that the app was started with, and the app downloads nothing: "
    f"{HOW}; {OWN}"
)
FEW = (
    "MNIST is not on this machine, and the app downloads nothing. So a network learns here from "
    "the 20 digits that ship with the app, each shifted, turned and scaled into "
    f"{variants.EACH} variants: it can come to know no other handwriting. For MNIST, {HOW}; {OWN}"
)


@cache
def pictures(data: Path | None) -> Images:
    """What is trained on, once read kept: MNIST or what `data` names; without either, variants.

    Raises DataError, a sentence that says what to do, where `data` holds nothing of use.
    """
    if at_hand("mnist", data):
        return open_images("mnist", data)
    if data is not None:
        raise DataError(MISSING)
    return variants.variants()
