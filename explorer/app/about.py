"""What an answer says of itself in the files that are saved of it, and the Python that makes it.

    film.payload() | made("race-7-seed0-20nfe", code.race(asked), digit=7, seed=0, steps=20)

puts it into what travels to the page as "made"; assets/web/save takes it from there.
"""


def made(name: str, code: str = "", /, *, model: object = None, **asked: object) -> dict:
    """{"made": {"name", "about", "code"}}, to be joined to a widget's value.

    Args:
        name: of the file, without its ending; it says what was asked for.
        code: lines of Python, of explorer alone, whose last value is what is shown; or none.
        model: whose name it bears; None: the network that the tabs run; "": none ran.
        asked: what was asked for, in the order in which a reader wants it. None and "" are left
            out. torch is imported, so this is for answers, not for the page.
    """
    from explorer import backends
    from explorer.app import studio

    model = studio.engine().net.card.name if model is None else str(model)
    kept = {key: _shown(value) for key, value in asked.items() if value not in (None, "")}
    ran = {"model": model, "backend": backends.name()} if model else {}
    return {"made": {"name": name, "about": ran | kept, "code": code}}


def _shown(value: object) -> object:
    return float(f"{value:.6g}") if isinstance(value, float) else value


def network() -> str:
    """The network that the tabs run, as `zoo.load` takes it, as a literal of Python."""
    from explorer.app import studio

    return repr(studio.loadable())
