"""Students as HTTP clients: each opens the page and presses what a class presses.

A process of its own, `python -m explorer.bench.students ADDRESS PLAN`, so that it takes nothing of
the server's Python (the cores they share all the same). PLAN is JSON, see Plan; a line of JSON on
standard output says what came of it.

The mix, in presses out of 100:
    50  guided   one guided sample of 20 steps: Guidance, "Taken apart", a digit
    12  race     Samplers: six entrants of 20 NFE, then the converged answer they are held against
    10  strip    Guidance, "Scale": five scales of a digit in one batch
    10  open     a tab is opened: what its chapter begins with
     8  prompt   a prompt is typed: Latent, 20 guided steps and their pictures
     5  pixels   Attention, "Pixels": 20 recorded steps
     5  lie      U-Net, "Lie about the noise": 46 angles in one batch
Forward, Schedules and every scrubbed animation cost no request at all and are not in it.

Each looks 2 to 8 s at what came before pressing again. As on the page, the seed begins at 0, "New
noise" makes it one more, and every second press is another digit instead. A third of the class
types a seed of its own first, so that nobody else asks for what they ask. A press that nobody had
made before is counted as new: only those can be slow.
"""

import asyncio
import json
import random
import re
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field

import httpx

MIX = {"guided": 50, "race": 12, "strip": 10, "open": 10, "prompt": 8, "pixels": 5, "lie": 5}
LOOKS = (2.0, 8.0)  # seconds
OWN_SEED = 1 / 3  # of the class
CONFIG = "window.gradio_config = "  # what stands before it in the page
PATIENCE = 180.0  # seconds until a result counts as lost
OPENED = ("truth_field", "attention", "unet_network", "latent_encode", "unet_jump", "guidance")
COLOURS = ("red", "orange", "yellow", "green", "cyan", "blue", "purple", "pink")
GROUNDS = ("black", "white", "grey", "brown")
DIGITS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


@dataclass(frozen=True)
class Plan:
    """What the class does: for `seconds`, or until `requests` were made without a look between.

    students: how many; they arrive within `arrive` seconds. burst: all press once, at once.
    steps: of the guided samples. seed: decides who presses what.
    """

    students: int
    seconds: float = 60.0
    requests: int = 0
    burst: bool = False
    steps: int = 20
    arrive: float = 5.0
    seed: int = 0


@dataclass
class Press:
    """One request: what came of it (done, refused, error or lost), and what was said of it."""

    kind: str
    new: bool
    came: str = "lost"
    seconds: float = 0.0
    said: str = ""
    megabytes: float = 0.0


class App:
    """The page's handlers, found by their names in its configuration."""

    def __init__(self, config: dict) -> None:
        parts = {one["id"]: one["props"] for one in config["components"]}
        self.prefix = config["api_prefix"]
        self.handlers: dict[str, tuple[int, list[tuple[str, object]]]] = {}
        for one in config["dependencies"]:
            name = re.sub(r"_\d+$", "", str(one["api_name"]))
            if one["api_visibility"] == "public" and name not in self.handlers:
                inputs = [
                    (parts[i].get("label") or "", parts[i].get("value")) for i in one["inputs"]
                ]
                self.handlers[name] = one["id"], inputs

    def ask(self, name: str, **changes: object) -> dict:
        """The body of a request: the page's own values, but for the fields named by `changes`.

        A field is named by the first word of its label.
        """
        number, inputs = self.handlers[name]
        firsts = [re.split(r"\W", label)[0].lower() for label, _ in inputs]
        if unknown := set(changes) - set(firsts):
            raise ValueError(f"The handler {name} has no field {', '.join(sorted(unknown))}.")
        values = [changes.get(word, value) for word, (_, value) in zip(firsts, inputs, strict=True)]
        return {"fn_index": number, "data": values, "event_data": None, "trigger_id": None}


@dataclass
class Student:
    """One open page."""

    client: httpx.AsyncClient
    app: App
    plan: Plan
    rng: random.Random
    asked: set[str]  # by the whole class
    presses: list[Press] = field(default_factory=list)
    seed: int = 0
    digit: str = "7"

    def __post_init__(self) -> None:
        self.session = f"s{self.rng.getrandbits(60):x}"
        self.seed = self.rng.randrange(10_000) if self.rng.random() < OWN_SEED else 0

    def choose(self, kind: str) -> list[dict]:
        """The requests of one press, sent one after another."""
        if kind == "open":
            return [self.app.ask(self.rng.choice(OPENED))]
        if kind == "prompt":
            words = self.rng.choice(COLOURS), self.rng.choice(DIGITS), self.rng.choice(GROUNDS)
            return [self.app.ask("latent_run", prompt="a {} {} on {}".format(*words), seed=0)]
        if self.rng.random() < 0.5:
            self.seed = (self.seed + 1) % 10_000
        else:
            self.digit = str(self.rng.randrange(10))
        noise = {"digit": self.digit, "seed": self.seed}
        if kind == "race":
            return [self.app.ask(name, **noise) for name in ("race", "answer")]
        if kind in ("guided", "strip"):
            name = "guidance_apart" if kind == "guided" else "guidance"
            return [self.app.ask(name, model="mnist", steps=self.plan.steps, **noise)]
        return [self.app.ask({"pixels": "attention_pixels", "lie": "unet_lie"}[kind], **noise)]

    async def press(self, kind: str) -> None:
        """Make one press and note what came of each of its requests."""
        for name, body in zip((kind, "answer"), self.choose(kind), strict=False):
            key = json.dumps([body["fn_index"], body["data"]])
            press = Press(name, key not in self.asked)
            self.asked.add(key)
            self.presses.append(press)
            began = time.perf_counter()
            try:
                async with asyncio.timeout(PATIENCE):
                    await self._ask(body, press)
            except (httpx.HTTPError, TimeoutError) as error:
                press.said = press.said or type(error).__name__
            press.seconds = time.perf_counter() - began
            if press.came != "done":
                return

    async def _ask(self, body: dict, press: Press) -> None:
        path = f"{self.app.prefix}/queue/"
        answer = await self.client.post(f"{path}join", json=body | {"session_hash": self.session})
        if answer.status_code != 200:
            told = answer.json().get("detail") if answer.status_code == 503 else answer.text
            press.came = "refused" if answer.status_code == 503 else "error"
            press.said = str(told)[:200]
            return
        stream = self.client.stream("GET", f"{path}data", params={"session_hash": self.session})
        async with stream as lines:
            async for line in lines.aiter_lines():
                press.megabytes += len(line) / 2**20
                if '"process_completed"' in line:
                    message = json.loads(line.removeprefix("data:"))
                    press.came = "done" if message["success"] else "error"
                    press.said = "" if message["success"] else str(message["output"])[:200]


async def opened(client: httpx.AsyncClient) -> App:
    """Load the page as a browser does first: the page, its files; its configuration is in it."""
    page = (await client.get("")).raise_for_status().text
    for path in re.findall(r'(?:src|href)="(\./[^"]+\.(?:js|css))"', page):
        (await client.get(path)).raise_for_status()
    config, _ = json.JSONDecoder().raw_decode(page, page.index(CONFIG) + len(CONFIG))
    return App(config)


async def attend(address: str, plan: Plan, begun: Callable[[], None] = lambda: None) -> dict:
    """Let a class do what the plan says; all presses, and what loading the page took."""
    rng, students, loads = random.Random(plan.seed), [], []
    asked: set[str] = set()
    # The server closes what was idle for 5 s; a browser then asks again, httpx gives up
    limits = httpx.Limits(max_connections=None, keepalive_expiry=1)
    async with httpx.AsyncClient(base_url=address, timeout=PATIENCE, limits=limits) as client:
        ends = time.perf_counter() + plan.arrive + plan.seconds

        async def one(arrives: float, seed: int) -> None:
            await asyncio.sleep(arrives)
            clock = time.perf_counter()
            app = await opened(client)
            loads.append(time.perf_counter() - clock)
            student = Student(client, app, plan, random.Random(seed), asked)
            students.append(student)
            await (_whole(student, students) if plan.requests else _visit(student, ends))

        async def pressed(app: App, seed: int) -> None:
            student = Student(client, app, plan, random.Random(seed), asked)
            students.append(student)
            student.seed = rng.randrange(10_000)
            await student.press("guided")

        if plan.burst:
            app = await opened(client)
            await asyncio.gather(*(pressed(app, rng.getrandbits(32)) for _ in range(plan.students)))
        else:
            arrivals = [rng.uniform(0, plan.arrive) for _ in range(plan.students)]
            await asyncio.gather(*(one(when, rng.getrandbits(32)) for when in arrivals))
    presses = [asdict(press) for student in students for press in student.presses]
    return {"loads": loads, "presses": presses}


async def _visit(student: Student, ends: float) -> None:
    """Press and look until it is over."""
    while True:
        await asyncio.sleep(student.rng.uniform(*LOOKS))
        if time.perf_counter() > ends:
            return
        await student.press(student.rng.choices(list(MIX), list(MIX.values()))[0])


async def _whole(student: Student, everyone: list[Student]) -> None:
    """Press without looking until the class has made its number of requests."""
    while sum(len(one.presses) for one in everyone) < student.plan.requests:
        await student.press(student.rng.choices(list(MIX), list(MIX.values()))[0])


if __name__ == "__main__":
    print(json.dumps(asyncio.run(attend(sys.argv[1], Plan(**json.loads(sys.argv[2]))))))
