"""The gallery as it travels to the page; `python -m explorer.app.gallery` draws its digits again.

What it is: explorer/data/gallery.py.
"""

import base64
import json

from PIL import Image

from explorer.data.gallery import about, digits
from explorer.paths import ASSETS


def payload() -> dict:
    """The gallery for a widget: size, labels, note and the greys as base64."""
    return {
        "size": about()["size"],
        "labels": about()["labels"],
        "note": about()["note"],
        "sheet": base64.b64encode(digits().tobytes()).decode("ascii"),
    }


def main(each: int = 2, tries: int = 16, seed: int = 0) -> None:
    """Draw `tries` digits a class with the shipped model; keep the `each` most like their class."""
    import torch

    from explorer.evaluate import Entry, draw
    from explorer.models import zoo
    from explorer.models.unet import UNet

    net, judge = zoo.load("mnist", UNet), zoo.load("digit-classifier")
    entry = Entry("ddim", "linear", "trailing", 50, 1.0, tries * net.cfg.classes)
    parts = list(draw(net, entry, seed))
    x, labels = torch.cat([p[0] for p in parts]), torch.cat([p[1] for p in parts])
    with torch.no_grad():
        sure = judge(x).softmax(1).gather(1, labels[:, None])[:, 0]  # (N,)
    kept = [
        i
        for rank in range(each)
        for c in range(net.cfg.classes)
        for i in [int(torch.where(labels == c, sure, -1.0).argsort(descending=True)[rank])]
    ]
    tiles = ((x[kept, 0] + 1) * 127.5).round().byte().unflatten(0, (each, -1))  # (rows, 10, H, W)
    Image.fromarray(tiles.transpose(1, 2).flatten(2).flatten(0, 1).numpy()).save(
        ASSETS / "gallery.png", optimize=True
    )
    facts = {
        "size": net.cfg.image_size,
        "labels": [str(labels[i].item()) for i in kept],
        "model": "mnist",
        "seed": seed,
        "note": (
            f"Drawn by this project's own model, mnist: DDIM, {entry.steps} steps, scale 1, "
            f"seed {seed}; of {tries} a class the {each} that its classifier is surest of."
        ),
    }
    (ASSETS / "gallery.json").write_text(json.dumps(facts, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
