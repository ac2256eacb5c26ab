"""The player: the one widget that shows every animation of the app.

    from explorer.app.player import Film, Track, grey, player

    film = Film(
        positions=[f"NFE {n}" for n in range(1, 41)],
        tracks=[
            Track("x_t", grey(x), row="DDIM", at=at, role="noise", alt="The state."),
            Track("x̂₀", grey(x0_hat), row="DDIM", at=at, role="prediction", notes=notes),
            ...
        ],
    )
    show = player(film, name="race")        # inside a gr.Blocks; film=None shows `empty`
    button.click(run, inputs, outputs=show) # where run(...) returns another_film.payload()

A film given at once travels with the page, so give only small ones; for a larger one pass None and
fill it when its tab is opened: `context.tab.select(first, None, show)`, where `first` is cached.

`at[p]` is the frame that a track shows at position p: tracks of different lengths stay together by
NFE. Tracks with the same `row` stand side by side under that label. A new film keeps the reader's
speed, and the position if it has as many positions.

In the page, without a request: each move dispatches `explorer:position` on the widget (it bubbles;
detail: player, position, label, count, playing), and a CustomEvent `explorer:seek` on `document`
with detail {player, position} moves the player of that name. With `pick=True` a click on a picture
(or arrows and Enter) dispatches `explorer:pick` and calls Python's `show.pick(fn, ...)`, whose
gr.EventData has x, y, track, row, position.
"""

import base64
from collections.abc import Sequence
from dataclasses import dataclass, field

import gradio as gr
import numpy as np

from explorer.app import share
from explorer.app.theme import widget

ROLES = ("signal", "noise", "prediction")
TEMPLATE = (
    '<div class="player" tabindex="-1"><div class="stage"></div>'
    '<p class="empty" hidden></p><div class="controls" role="group"></div></div>'
)


@dataclass(frozen=True)
class Track:
    """One picture that changes.

    Args:
        name: short, e.g. "x̂₀". row: label of the row it belongs to.
        frames: uint8 (N, H, W) or (N, H, W, 3).
        at: for each position the frame shown, P integers in [0, N); None: frame p at position p.
        role: "signal", "noise", "prediction" or None; gives the caption its colour.
        notes: for each position a short text shown under the picture; or none.
        ink: the line drawn before the row's label, e.g. "sampler-ddim"; a row has one, its first.
        alt: what a person who cannot see the picture should know of it.

    Raises:
        ValueError: frames of another type or shape, an unknown role.
    """

    name: str
    frames: np.ndarray
    at: Sequence[int] | None = None
    row: str = ""
    caption: str = ""
    role: str | None = None
    notes: Sequence[str] = ()
    ink: str = ""
    alt: str = ""

    def __post_init__(self) -> None:
        shape = self.frames.shape
        if self.frames.dtype != np.uint8 or not (len(shape) == 3 or shape[3:] == (3,)):
            raise ValueError(
                f"Track {self.name}: frames must be uint8 (N, H, W) or (N, H, W, 3), "
                f"not {self.frames.dtype} {shape}."
            )
        if self.role not in (*ROLES, None):
            raise ValueError(f"Track {self.name}: role must be one of {ROLES}, not {self.role!r}.")

    def payload(self) -> dict:
        """The track as JSON; the frames as one base64 text."""
        n, h, w, *colour = self.frames.shape
        return {
            "name": self.name,
            "row": self.row,
            "caption": self.caption,
            "role": self.role,
            "alt": self.alt,
            "ink": self.ink,
            "notes": list(self.notes) or None,
            "at": None if self.at is None else [int(i) for i in self.at],
            "shape": [n, h, w, 3 if colour else 1],
            "frames": base64.b64encode(self.frames.tobytes()).decode("ascii"),
        }


@dataclass(frozen=True)
class Film:
    """Positions on a time line and the tracks that run along it.

    Args:
        positions: P labels, e.g. "t = 500" or "NFE 12".
        tracks: in reading order.
        start: position shown first, negative counts from the end; the default is the last.
        seconds: length of play at speed 1; None: an eighth of a second a position, 2 to 10 s.
        picture: least width of a picture in px where there is room; None: the player's own.

    Raises:
        ValueError: no position, or a track whose `at`, `frames` or `notes` do not fit them.
    """

    positions: Sequence[str]
    tracks: Sequence[Track] = field(default_factory=tuple)
    start: int = -1
    seconds: float | None = None
    picture: int | None = None

    def __post_init__(self) -> None:
        count = len(self.positions)
        if not -count <= self.start < count:
            raise ValueError(f"start must be a position of {count}, not {self.start}.")
        for track in self.tracks:
            at = range(len(track.frames)) if track.at is None else track.at
            if len(at) != count or not 0 <= min(at) <= max(at) < len(track.frames):
                raise ValueError(
                    f"Track {track.name}: at must give each of {count} positions "
                    f"a frame from 0 to {len(track.frames) - 1}."
                )
            if track.notes and len(track.notes) != count:
                raise ValueError(f"Track {track.name}: notes must be {count} texts or none.")

    def payload(self) -> dict:
        """What a server function returns to the player: JSON with base64 frames."""
        count = len(self.positions)
        return {
            "positions": list(self.positions),
            "start": self.start % count,
            "seconds": self.seconds or min(10.0, max(2.0, count / 8)),
            "picture": self.picture,
            "tracks": [track.payload() for track in self.tracks],
        }


def grey(x, scale: float = 1.0) -> np.ndarray:
    """Images as frames on a fixed grey scale: -scale is black, +scale is white, outside is clipped.

    Args:
        x: torch tensor or array, (N, 1, H, W) or (N, H, W), or (N, 3, H, W) for colour.
        scale: 1 for images, 3 for noise.

    Returns:
        uint8 (N, H, W), or (N, H, W, 3).
    """
    x = np.asarray(x.detach().cpu() if hasattr(x, "detach") else x, dtype=np.float64)
    if x.ndim == 4:
        x = x[:, 0] if x.shape[1] == 1 else x.transpose(0, 2, 3, 1)
    return np.clip(np.rint((x / scale + 1) * 127.5), 0, 255).astype(np.uint8)


def player(
    film: Film | None,
    *,
    name: str,
    picture: int = 160,
    autoplay: bool = False,
    pick: bool = False,
    empty: str = "Nothing to play yet.",
) -> gr.HTML:
    """A player as a Gradio component; its value is `Film.payload()` or None.

    Args:
        film: shown at once, sent with the page; None for a film that comes later.
        name: what the player is called, in `explorer:` events and to a screen reader.
        picture: least width of a picture in px where there is room.
        autoplay: play the first film when it comes, unless the reader prefers reduced motion.
        pick: pixels can be chosen (see above).
        empty: the sentence shown while there is no film.
    """
    made = gr.HTML(
        film.payload() if film else None,
        html_template=TEMPLATE,
        js_on_load=widget("player", "(detail) => trigger('pick', detail)"),
        apply_default_css=False,
        name=name,
        picture=picture,
        autoplay=autoplay,
        pick=pick,
        empty=empty,
        elem_classes="explorer-widget",
    )
    share.inputs(made, f"step.{name}", "Position of the player")
    return made
