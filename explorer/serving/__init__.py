"""Beyond one machine: `explorer serve --ray` has Ray Serve replicas compute what engines ask.

The app stays one process that samples, draws and answers; only the calls of networks travel, as
numpy arrays. Engines gather calls of different people first, as they do without Ray; a replica
then puts together the batches that reach it at the same time (`replica.py`). A batch whose replica
dies goes to another one, and is computed here where no replica answers (`remote.py`).
"""

import atexit
import logging
import os
import secrets
import sys
from dataclasses import dataclass
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ray.serve.handle import DeploymentHandle

    from explorer.serving.replica import Networks

APP = "denoising-explorer"  # what Ray Serve calls the application
MISSING = (
    "--ray needs Ray Serve, an extra: "
    'pip install "denoising-explorer[ray]", or ".[ray]" in a clone, and start again.'
)


@dataclass(frozen=True)
class Plan:
    """How many replicas there are. Between `least` and `most`, Ray follows the load."""

    least: int = 2
    most: int = 2
    cores: int = 1  # that each computes on

    def __post_init__(self) -> None:
        if not 1 <= self.least <= self.most:
            raise ValueError(
                f"--replicas {self.least} and --most {self.most} do not fit together: there is at "
                "least one replica, and --most is no less than --replicas."
            )


def start(plan: Plan) -> None:
    """Start the replicas, wait for them, and have every engine made from now on ask them.

    RAY_ADDRESS names a cluster that runs already, whose machines have this package; without it
    Ray runs on this machine, for this process alone, and ends with it.
    Raises ValueError, a sentence, where Ray is not installed or cannot be reached.
    """
    handle = deploy(plan)
    from explorer import backends
    from explorer.serving.remote import remote

    title = f"Ray Serve {'.'.join(version('ray').split('.')[:2])}"
    backends.elsewhere = backends.Elsewhere(title, lambda net: remote(net, handle, plan.most))


def deploy(plan: Plan) -> "DeploymentHandle[Networks]":
    """Ray Serve's handle of the replicas, once all of `plan.least` are ready.

    Raises as `start`.
    """
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")  # nothing here calls home
    own = "RAY_ADDRESS" not in os.environ
    if own and "ray" not in sys.modules:  # who reaches a port of Ray's may run code: nobody else
        os.environ["RAY_AUTH_MODE"] = "token"
        os.environ["RAY_AUTH_TOKEN"] = secrets.token_hex(32)
    try:
        import ray
        from ray import serve

        from explorer.serving.replica import Networks
    except ImportError as error:
        raise ValueError(MISSING) from error
    quiet: dict[str, Any] = {"log_to_driver": False, "logging_level": "ERROR"}
    try:
        if own:
            cpus = plan.most * plan.cores
            ray.init("local", num_cpus=cpus, include_dashboard=False, **quiet)
        else:
            ray.init(**quiet)
        atexit.register(ray.shutdown)
        logging.getLogger("ray.serve").setLevel(logging.ERROR)
        serve.start(proxy_location="Disabled", logging_config={"log_level": "ERROR"})
    except (ConnectionError, RuntimeError) as error:
        raise ValueError(f"Ray could not be started or reached: {error}") from error
    deployment = serve.deployment(
        ray_actor_options={"num_cpus": plan.cores},
        health_check_period_s=2,
        graceful_shutdown_timeout_s=2,
        max_ongoing_requests=8,
        **_number(plan),
    )
    try:
        return serve.run(deployment(Networks).bind(plan.cores), name=APP, route_prefix=None)
    except RuntimeError as error:  # a replica that could not load what it computes
        raise ValueError(f"Ray's replicas could not be started: {error}") from error


def _number(plan: Plan) -> dict[str, Any]:
    if plan.least == plan.most:
        return {"num_replicas": plan.least}
    scale = {"min_replicas": plan.least, "max_replicas": plan.most, "target_ongoing_requests": 1}
    return {"num_replicas": None, "autoscaling_config": scale}
