"""Checkpoints: safetensors and JSON, written whole or not at all."""

import json
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor, nn
from torch.optim import Optimizer

from explorer.files import whole


def write(
    path: Path, net: nn.Module, ema: dict[str, Tensor], optimizer: Optimizer, facts: dict
) -> None:
    """Write network, averaged weights, optimizer and facts (step, recipe, ...) atomically.

    A process killed at any moment leaves either the old file or the new one. Raises OSError, a
    sentence that names the file, where the disk is full: the old file stays as it was.
    """
    tensors = {f"net.{k}": v for k, v in net.state_dict().items()}
    tensors |= {f"ema.{k}": v for k, v in ema.items()}
    for index, state in optimizer.state_dict()["state"].items():
        tensors |= {f"optimizer.{index}.{k}": v for k, v in state.items()}
    tensors = {k: v.detach().cpu().contiguous().clone() for k, v in tensors.items()}

    try:
        with whole(path) as part:
            save_file(tensors, part, metadata={"facts": json.dumps(facts)})
    except OSError as error:
        before = "; the checkpoint before it is intact: make room and go on with --resume"
        raise OSError(f"{error}{before if path.exists() else ''}") from error


def read(path: Path) -> tuple[dict[str, Tensor], dict]:
    """Tensors and facts of a checkpoint. Raises ValueError where the file is not one."""
    try:
        with safe_open(path, "pt") as file:
            facts = json.loads(file.metadata()["facts"])
            if not isinstance(facts["step"], int) or not isinstance(facts["recipe"], dict):
                raise TypeError("step and recipe")
            return {k: file.get_tensor(k) for k in file.keys()}, facts  # noqa: SIM118
    except (SafetensorError, KeyError, TypeError, json.JSONDecodeError) as error:
        raise ValueError(
            f"{path} is not a checkpoint of ours or is damaged ({error}): "
            "delete it and train again without --resume"
        ) from error


def restore(tensors: dict[str, Tensor], net: nn.Module, ema: dict, optimizer: Optimizer) -> None:
    """Put what `read` returned back into network, averaged weights and optimizer, in place."""
    net.load_state_dict(_under("net", tensors))
    for name, value in _under("ema", tensors).items():
        ema[name].copy_(value)
    parameters = [p for group in optimizer.param_groups for p in group["params"]]
    state: dict[int, dict[str, Tensor]] = {}
    for name, value in _under("optimizer", tensors).items():
        index, key = name.split(".", 1)
        like = parameters[int(index)]
        if value.shape == like.shape:  # a fused step walks through memory: in the same layout
            value = torch.empty_like(like, requires_grad=False).copy_(value)
        state.setdefault(int(index), {})[key] = value
    optimizer.load_state_dict(optimizer.state_dict() | {"state": state})


def _under(prefix: str, tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    head = prefix + "."
    return {k.removeprefix(head): v for k, v in tensors.items() if k.startswith(head)}
