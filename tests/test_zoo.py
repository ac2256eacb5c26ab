"""The zoo: what is loaded is what was saved, and each wrong file is named in one sentence."""

import json
import resource
from dataclasses import dataclass

import pytest
import torch
from safetensors import safe_open
from safetensors.torch import save_file
from torch import nn

from explorer import files
from explorer.models import sums, zoo
from explorer.models.card import write_card
from explorer.paths import ASSETS


@dataclass(frozen=True)
class TinyConfig:
    widths: tuple[int, ...] = (3, 4)
    bias: bool = True


class Tiny(nn.Module):
    def __init__(self, cfg: TinyConfig) -> None:
        super().__init__()
        assert isinstance(cfg.widths, tuple)  # as the config's type says, though JSON has lists
        self.layer = nn.Conv2d(*cfg.widths, 1, bias=cfg.bias).to(memory_format=torch.channels_last)
        self.drop = nn.Dropout()
        self.register_buffer("count", torch.tensor(7))


@pytest.fixture(autouse=True)
def tiny(tmp_path, monkeypatch):
    """A zoo of its own, with one small kind."""
    monkeypatch.setattr(zoo, "MODELS", tmp_path / "models")
    monkeypatch.setitem(zoo.KINDS, "tiny", lambda: (Tiny, TinyConfig))
    net = Tiny(TinyConfig())
    path = zoo.MODELS / "tiny.safetensors"
    zoo.save(path, net, kind="tiny", config=TinyConfig(), extra={"steps": 5})
    return net, path


def rewrite(path, tensors=None, **changes):
    """The same file with other tensors, or with another description."""
    with safe_open(path, "pt") as file:
        metadata = file.metadata()
        tensors = tensors or {k: file.get_tensor(k) for k in file.keys()}  # noqa: SIM118
    about = json.loads(metadata["denoising-explorer"]) | changes
    save_file(tensors, path, metadata={"denoising-explorer": json.dumps(about)})


def refusal(path) -> str:
    """The sentence that `load` raises."""
    with pytest.raises(zoo.ZooError) as error:
        zoo.load(path)
    text = str(error.value)
    assert text.endswith(".") and "\n" not in text and str(path) in text
    return text


def test_loaded_weights_are_the_saved_ones_rounded_to_fp16(tiny):
    net, _ = tiny
    loaded = zoo.load("tiny")
    for name, value in net.state_dict().items():
        assert torch.equal(loaded.state_dict()[name], value.half().to(value.dtype))
    assert loaded.layer.weight.dtype == torch.float32
    assert loaded.layer.weight.is_contiguous(memory_format=torch.channels_last)


def test_loaded_network_is_in_eval_mode_and_frozen():
    loaded = zoo.load("tiny")
    assert not loaded.drop.training
    assert not any(p.requires_grad for p in loaded.parameters())


def test_card_tells_what_was_saved_and_measured(tiny):
    _, path = tiny
    assert zoo.load("tiny").card.metrics == {}
    path.with_suffix(".quality.json").write_text('{"accuracy": 0.97}')
    card = zoo.load(path).card
    assert (card.name, card.kind, card.facts) == ("tiny", "tiny", {"steps": 5})
    assert card.config["widths"] == [3, 4] and card.metrics == {"accuracy": 0.97}


def test_loading_leaves_the_random_stream_where_it_was():
    before = torch.random.get_rng_state()
    zoo.load("tiny")
    assert torch.equal(torch.random.get_rng_state(), before)


def test_available_lists_the_names_with_weights(tiny):
    net, path = tiny
    zoo.save(path.with_name("b.safetensors"), net, kind="tiny", config=TinyConfig())
    path.with_suffix(".md").write_text("a card is no model")
    assert zoo.available() == ["b", "tiny"]


def test_unknown_name_lists_the_known():
    assert "tiny" in refusal("digits")


def test_missing_file_is_named(tmp_path):
    assert "no file" in refusal(tmp_path / "none.safetensors")


@pytest.mark.parametrize("keep", [0, 4, 60, -1])
def test_truncated_file_is_named(tiny, keep):
    _, path = tiny
    path.write_bytes(path.read_bytes()[:keep])
    assert "damaged" in refusal(path)


def test_pickle_is_refused(tiny):
    net, path = tiny
    torch.save(net.state_dict(), path)
    assert "not a safetensors file" in refusal(path)


@pytest.mark.parametrize("metadata", [None, {"format": "pt"}, {"denoising-explorer": "[1]"}])
def test_file_of_someone_else_is_named(tiny, metadata):
    _, path = tiny
    save_file({"w": torch.zeros(1)}, path, metadata=metadata)
    assert "not saved by explorer" in refusal(path)


def test_unknown_kind_is_named(tiny):
    rewrite(tiny[1], kind="transformer")
    assert "transformer" in refusal(tiny[1])


def test_unknown_setting_is_named(tiny):
    rewrite(tiny[1], config={"widths": [3, 4], "depth": 2})
    assert "'depth'" in refusal(tiny[1])


@pytest.mark.parametrize("widths", [[3], [-1, 2], ["a", "b"]])
def test_impossible_setting_is_named(tiny, widths):
    rewrite(tiny[1], config={"widths": widths})
    assert "cannot be built" in refusal(tiny[1])


@pytest.mark.parametrize(
    "config, said",
    [
        ({"channels": [10**9, 10**9, 10**9]}, "channels is too large"),
        ({"channels": [60_000, 60_000, 60_000]}, "larger than the file"),
        ({"channels": [32] * 70_000, "attention": [False] * 70_000}, "channels is too large"),
        ({"blocks": 10**6}, "blocks is too large"),
        ({"classes": 10**12}, "classes is too large"),
        ({"emb_dim": 1e300}, "emb_dim is too large"),
        ({"emb_dim": float("nan")}, "emb_dim is too large"),
        ({"context_dim": 65_536, "emb_dim": 65_536}, "larger than the file"),
    ],
)
def test_absurd_sizes_are_refused_before_memory_is_taken(tiny, config, said):
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss  # KiB
    rewrite(tiny[1], kind="unet", config=config)
    assert said in refusal(tiny[1])
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - peak < 100 * 1024


def test_a_shipped_model_is_loaded_by_name_only_as_it_was_shipped(tiny):
    net, path = tiny
    sums.write(zoo.MODELS)
    zoo.load("tiny")
    net.layer.bias.data += 1
    zoo.save(path, net, kind="tiny", config=TinyConfig())
    with pytest.raises(zoo.ZooError, match=r"tiny\.safetensors is not the file that was shipped"):
        zoo.load("tiny")
    zoo.load(path)  # a path means this file as it is
    zoo.save(zoo.MODELS / "own.safetensors", net, kind="tiny", config=TinyConfig())
    zoo.load("own")  # no shipped name


def test_the_list_of_sums_names_every_model_that_ships():
    folder = ASSETS / "models"
    listed = sums.shipped(folder)
    assert sorted(listed) == sorted(file.name for file in folder.glob("*.safetensors"))
    assert not any(sums.changed(folder / name) for name in listed)


def test_other_architecture_is_named(tiny):
    _, path = tiny
    good = zoo.load(path).state_dict()
    rewrite(path, {k: v for k, v in good.items() if k != "layer.bias"})
    assert "layer.bias is missing" in refusal(path)
    rewrite(path, good | {"other": torch.zeros(1)})
    assert "other has no place" in refusal(path)
    rewrite(path, good | {"layer.bias": torch.zeros(5)})
    assert "layer.bias is (5,) instead of (4,)" in refusal(path)


def test_diverged_weights_are_not_saved_and_the_old_file_stays(tiny):
    net, path = tiny
    before = path.read_bytes()
    for value in (float("nan"), 1e6):
        net.layer.bias.data[0] = value
        with pytest.raises(zoo.ZooError, match=r"layer\.bias"):
            zoo.save(path, net, kind="tiny", config=TinyConfig())
    assert path.read_bytes() == before


def test_failed_write_leaves_the_old_file_and_no_other(tiny, monkeypatch):
    net, path = tiny
    before = path.read_bytes()

    def killed(*_args, **_kwargs):
        raise OSError("disk full")

    monkeypatch.setattr(files.os, "replace", killed)
    with pytest.raises(OSError, match="disk full"):
        zoo.save(path, net, kind="tiny", config=TinyConfig())
    assert path.read_bytes() == before and list(path.parent.iterdir()) == [path]


@pytest.mark.parametrize("kind, module", [("unet", "unet"), ("classifier", "classifier")])
def test_each_kind_survives_the_round_trip(tmp_path, kind, module):
    pytest.importorskip(f"explorer.models.{module}")
    net_class, config_class = zoo.KINDS[kind]()
    net = net_class(config_class()).half().float().eval()
    path = zoo.save(tmp_path / "net.safetensors", net, kind=kind, config=config_class())
    loaded = zoo.load(path)
    assert loaded.state_dict().keys() == net.state_dict().keys()
    assert all(torch.equal(v, net.state_dict()[k]) for k, v in loaded.state_dict().items())


def test_card_shows_every_fact_and_number(tmp_path):
    quality = {
        "samples": 2000,
        "rows": [
            {"sampler": "ddim", "nfe": 25, "accuracy": 0.97142},
            {"sampler": "dpmpp_2m", "nfe": 10, "frechet": 1.5},
        ],
    }
    facts = {"data": "MNIST", "steps": 6000, "config": {"channels": [32, 64], "a|b": None}}
    text = write_card(tmp_path / "mnist.md", facts, quality).read_text("utf-8")
    assert text.startswith("# mnist\n")
    assert "| sampler | nfe | accuracy | frechet |" in text
    assert "| ddim | 25 | 0.9714 | – |" in text
    assert "| steps | 6,000 |" in text and "| samples | 2,000 |" in text
    assert "32, 64" in text and "a\\|b" in text
