"""GroupNorm as exported networks compute it."""

from functools import cache

import pytest
import torch
from torch import Tensor, nn

pytest.importorskip("onnxscript", reason="other runtimes come with the extra `fast`")
from onnx.reference import ReferenceEvaluator

from explorer.backends.moments import TRANSLATIONS


@cache
def exported(groups: int) -> tuple[nn.GroupNorm, ReferenceEvaluator]:
    """A GroupNorm of 16 channels, and what is exported of it."""
    norm = nn.GroupNorm(groups, 16).eval()
    torch.manual_seed(0)
    nn.init.normal_(norm.weight)
    nn.init.normal_(norm.bias)
    program = torch.onnx.export(
        norm,
        (torch.zeros(2, 16, 7, 5),),
        dynamo=True,
        custom_translation_table=TRANSLATIONS,
        verbose=False,
    )
    kinds = {node.op_type for node in program.model_proto.graph.node}
    assert not kinds & {"GroupNormalization", "InstanceNormalization"}
    return norm, ReferenceEvaluator(program.model_proto)


def worst(x: Tensor, groups: int) -> float:
    """Largest difference of what is exported from the GroupNorm itself."""
    norm, made = exported(groups)
    (told,) = made.run(None, {made.input_names[0]: x.numpy()})
    with torch.no_grad():
        return (torch.from_numpy(told) - norm(x)).abs().max().item()


@pytest.mark.parametrize("groups", [1, 4, 16])
def test_moments_are_a_group_norm(groups):
    torch.manual_seed(1)
    x = torch.randn(2, 16, 7, 5)
    assert worst(3 * x + torch.randn(16, 1, 1), groups) < 1e-5
    assert worst(0.003 * x, groups) < 1e-5  # as small as what keeps it from dividing by zero


@pytest.mark.parametrize("value", [0.0, 1.0, 10.1, -33.3])
def test_what_is_the_same_everywhere_is_no_trouble(value):
    """Its variance is zero; rounding would make it less, and its root no number."""
    assert worst(torch.full((2, 16, 7, 5), value), 4) < 0.05
