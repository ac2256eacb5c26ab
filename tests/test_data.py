"""Data sets: what is read is what was stored, and what cannot be read is named in a sentence."""

import gzip
import hashlib
import struct
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import numpy as np
import pytest
import torch

from explorer.data.images import DataError, load_images, open_images
from tests.stored import sentence, write_picture

SHARED = Path(__file__).parents[2] / "shared" / "data"
shared = pytest.mark.skipif(not SHARED.is_dir(), reason=f"no real data in {SHARED}")


@pytest.fixture
def rng():
    return np.random.default_rng(0)


def write_idx(folder: Path, rng, n: int = 4) -> dict[str, np.ndarray]:
    """The four files of MNIST, with n pictures a split."""
    folder.mkdir(parents=True, exist_ok=True)
    stored = {}
    for split in ("train", "t10k"):
        pixels = rng.integers(0, 256, (n, 28, 28), dtype=np.uint8)
        labels = rng.integers(0, 10, n, dtype=np.uint8)
        header = struct.pack(">IIII", 0x803, n, 28, 28)
        (folder / f"{split}-images-idx3-ubyte").write_bytes(header + pixels.tobytes())
        header = struct.pack(">II", 0x801, n)
        (folder / f"{split}-labels-idx1-ubyte").write_bytes(header + labels.tobytes())
        stored[split] = pixels, labels
    return stored


def write_npz(path: Path, rng, **changes) -> Path:
    """A MedMNIST-style file of three classes; a change to None leaves the array out."""
    arrays = {
        "train_images": rng.integers(0, 256, (6, 28, 28, 3), dtype=np.uint8),
        "train_labels": np.array([[0], [1], [2], [0], [1], [2]], dtype=np.uint8),
        "test_images": rng.integers(0, 256, (2, 28, 28, 3), dtype=np.uint8),
        "test_labels": np.array([[0], [1]], dtype=np.uint8),
    } | changes
    np.savez(path, **{key: value for key, value in arrays.items() if value is not None})
    return path


@pytest.mark.parametrize("name", ["mnist", "MNIST", "fashion-mnist"])
def test_named_set_is_read_as_stored(tmp_path, rng, name):
    folder = "MNIST" if name.lower() == "mnist" else "FashionMNIST"
    stored = write_idx(tmp_path / folder / "raw", rng)
    for split, train in (("train", True), ("t10k", False)):
        images = load_images(name, tmp_path, train=train)
        assert images.pixels.shape == (4, 1, 28, 28) and images.pixels.dtype == torch.uint8
        assert torch.equal(images.pixels[:, 0], torch.from_numpy(stored[split][0]))
        assert images.labels.tolist() == stored[split][1].tolist()
        assert len(images.classes) == 10 and images.labels.dtype == torch.int64


def test_root_comes_from_the_environment(tmp_path, rng, monkeypatch):
    write_idx(tmp_path / "MNIST" / "raw", rng)
    monkeypatch.setenv("EXPLORER_DATA", str(tmp_path))
    assert len(load_images("mnist")) == 4


def test_floats_are_minus_one_to_one(tmp_path, rng):
    pixels = np.zeros((2, 28, 28), dtype=np.uint8)
    pixels[1] = 255
    images = load_images(write_npz(tmp_path / "a.npz", rng, train_images=pixels, train_labels=None))
    assert images.floats()[0].unique().tolist() == [-1.0]
    assert images.floats(torch.tensor([1])).unique().tolist() == [1.0]


def test_missing_set_says_which_files_go_where(tmp_path, monkeypatch):
    from explorer.data import vision

    # A machine with no way out, wherever this test runs.
    monkeypatch.setattr(vision.datasets().MNIST, "mirrors", ["http://127.0.0.1:9/"])
    with pytest.raises(DataError) as error:
        load_images("mnist", tmp_path)
    sentence(error, tmp_path / "MNIST" / "raw", "train-images-idx3-ubyte", "EXPLORER_DATA")
    assert list(tmp_path.iterdir()) == []  # no empty folders stay


def test_a_set_is_downloaded_where_there_is_a_network(tmp_path, rng, monkeypatch):
    from explorer.data import vision

    mirror = tmp_path / "mirror"
    stored = write_idx(mirror, rng)
    resources = []
    for file in sorted(mirror.iterdir()):
        packed = gzip.compress(file.read_bytes())
        (mirror / f"{file.name}.gz").write_bytes(packed)
        resources.append((f"{file.name}.gz", hashlib.md5(packed).hexdigest()))
    server = ThreadingHTTPServer(
        ("127.0.0.1", 0), partial(SimpleHTTPRequestHandler, directory=mirror)
    )
    Thread(target=server.serve_forever, daemon=True).start()
    mnist = vision.datasets().MNIST
    monkeypatch.setattr(mnist, "mirrors", [f"http://127.0.0.1:{server.server_port}/"])
    monkeypatch.setattr(mnist, "resources", resources)
    try:
        images = load_images("mnist", tmp_path / "data")
    finally:
        server.shutdown()
        server.server_close()
    assert torch.equal(images.pixels[:, 0], torch.from_numpy(stored["train"][0]))


def test_truncated_idx_is_named(tmp_path, rng):
    folder = tmp_path / "MNIST" / "raw"
    write_idx(folder, rng)
    file = folder / "train-images-idx3-ubyte"
    file.write_bytes(file.read_bytes()[:-5])
    with pytest.raises(DataError) as error:
        load_images("mnist", tmp_path)
    sentence(error, folder, "damaged")


def test_npz_is_read_as_stored(tmp_path, rng):
    path = write_npz(tmp_path / "bloodmnist.npz", rng)
    images = load_images(path)
    assert images.pixels.shape == (6, 3, 28, 28) and images.name == "bloodmnist"
    expected = np.load(path)["train_images"].transpose(0, 3, 1, 2)
    assert np.array_equal(images.pixels.numpy(), expected)
    assert images.labels.tolist() == [0, 1, 2, 0, 1, 2]
    # Class 2 is in no test picture, and is a class all the same.
    assert load_images(path, train=False).classes == ("0", "1", "2")


def test_npz_is_found_by_name_in_root(tmp_path, rng):
    write_npz(tmp_path / "cifar10.npz", rng)
    assert load_images("cifar10", tmp_path).classes[0] == "airplane"
    write_npz(tmp_path / "bloodmnist.npz", rng)
    assert len(load_images("bloodmnist", tmp_path)) == 6


BAD_ARRAYS = {
    "no train_images": ({"train_images": None}, "train_images"),
    "floats": ({"train_images": np.zeros((6, 28, 28))}, "uint8"),
    "four channels": ({"train_images": np.zeros((6, 28, 28, 4), np.uint8)}, "(6, 28, 28, 4)"),
    "too large": ({"train_images": np.zeros((6, 96, 96), np.uint8)}, "28 to 64"),
    "not square": ({"train_images": np.zeros((6, 28, 32), np.uint8)}, "32×28"),
    "empty": ({"train_images": np.zeros((0, 28, 28), np.uint8)}, "no pictures"),
    "too few labels": ({"train_labels": np.zeros(5, np.uint8)}, "5 entries for 6"),
    "multi-label": ({"train_labels": np.zeros((6, 14), np.uint8)}, "(6, 14)"),
    "negative label": ({"train_labels": np.full(6, -1)}, "0 to 999"),
    "pickled object": ({"train_images": np.array([{}] * 6, object)}, "plain arrays"),
}


@pytest.mark.parametrize("change, part", BAD_ARRAYS.values(), ids=BAD_ARRAYS)
def test_unusable_npz_is_named(tmp_path, rng, change, part):
    path = write_npz(tmp_path / "set.npz", rng, **change)
    with pytest.raises(DataError) as error:
        load_images(path)
    sentence(error, path, part)


@pytest.mark.parametrize("keep", [0, 10, 5000])
def test_truncated_npz_is_named(tmp_path, rng, keep):
    path = write_npz(tmp_path / "set.npz", rng)
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(DataError) as error:
        load_images(path)
    sentence(error, path, "damaged")


def test_unknown_name_lists_the_known():
    with pytest.raises(DataError) as error:
        load_images("imagenet")
    sentence(error, "imagenet", "fashionmnist")


def test_data_option_is_the_set_or_the_folder_it_is_in(tmp_path, rng):
    write_idx(tmp_path / "sets" / "MNIST" / "raw", rng)
    write_picture(tmp_path / "pictures" / "cat" / "a.png", rng)
    npz = write_npz(tmp_path / "set.npz", rng)
    assert open_images("mnist", tmp_path / "sets").name == "mnist"
    assert open_images("mnist", tmp_path / "pictures").classes == ("cat",)
    assert open_images("mnist", npz).name == "set"
    with pytest.raises(DataError) as error:
        open_images("mnist", tmp_path / "none.npz")
    sentence(error, tmp_path / "none.npz")


@shared
def test_real_mnist_has_its_known_mean_and_deviation():
    images = load_images("mnist", SHARED)
    unit = images.pixels.double() / 255
    assert images.pixels.shape == (60_000, 1, 28, 28)
    assert abs(unit.mean() - 0.1307) < 5e-5 and abs(unit.std() - 0.3081) < 5e-5
    assert len(load_images("mnist", SHARED, train=False)) == 10_000


@shared
def test_real_cifar10_has_its_known_channel_means():
    images = load_images("cifar10", SHARED, train=False)
    assert images.pixels.shape == (10_000, 3, 32, 32) and images.classes[3] == "cat"
    assert images.labels.bincount().tolist() == [1000] * 10
