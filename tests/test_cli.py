"""The command line: help answers, and a bad value is one sentence on stderr and exit status 2."""

import subprocess
import sys

import numpy as np
import pytest
import torch
from PIL import Image

from explorer.cli import main
from explorer.models import zoo
from explorer.models.text import TextUNet, TextUNetConfig
from explorer.models.unet import UNet, UNetConfig

COMMANDS = ("app", "train", "evaluate", "sample", "bench", "fetch", "serve", "space")
SMALL = UNetConfig(channels=(8, 8), attention=(False, True), head_dim=8, emb_dim=16, context_dim=8)


@pytest.fixture
def weights(tmp_path):
    """A small network that was never trained."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        net = UNet(SMALL)
        torch.nn.init.normal_(net.leave.weight, std=0.1)  # it starts at zero, and so would v
        torch.nn.init.normal_(net.labels.weight)
    return zoo.save(tmp_path / "small.safetensors", net, kind="unet", config=SMALL)


def run(*arguments: object) -> int:
    with pytest.raises(SystemExit) as leave:
        main([str(argument) for argument in arguments])
    return leave.value.code


def refusal(capsys, *arguments: object) -> str:
    """The sentence on stderr of a command that exits with status 2."""
    assert run(*arguments) == 2
    text = capsys.readouterr().err
    assert text.startswith("explorer: ") and text.count("\n") == 1 and "Traceback" not in text
    return text


@pytest.mark.parametrize("command", COMMANDS)
def test_help_of_each_command_says_what_it_does_and_gives_an_example(capsys, command):
    assert run(command, "--help") == 0
    shown = capsys.readouterr().out
    assert f"Example: explorer {command}" in shown and "--help" in shown


def test_help_lists_every_command(capsys):
    assert run("--help") == 0
    shown = capsys.readouterr().out
    assert all(command in shown for command in COMMANDS)


def test_help_names_every_sampler_schedule_and_spacing(capsys):
    from explorer.samplers import SAMPLERS
    from explorer.schedules import SCHEDULES, SPACINGS

    run("sample", "--help")
    shown = capsys.readouterr().out
    assert all(name in shown for name in (*SAMPLERS, *SCHEDULES, *SPACINGS))


def test_the_app_refuses_pictures_that_are_not_there(capsys, tmp_path):
    missing = tmp_path / "none"
    assert f"There is nothing at {missing}" in refusal(capsys, "app", "--data", missing)


def test_help_imports_nothing_heavy():
    code = (
        "import sys, explorer.cli\n"
        "try: explorer.cli.main(['--help'])\n"
        "except SystemExit: pass\n"
        "sys.exit(len({'torch', 'gradio', 'numpy', 'torchvision'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, timeout=60)
    assert done.returncode == 0, done.stderr.decode()


def test_python_m_explorer_is_the_same_command():
    done = subprocess.run(
        [sys.executable, "-m", "explorer", "sample", "--steps", "0"],
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 2 and done.stderr.startswith("explorer: steps is 0")


@pytest.mark.parametrize(
    "field, value, part",
    [
        ("steps", 0, "from 1 to 1000"),
        ("steps", 1001, "from 1 to 1000"),
        ("steps", "ten", "--steps"),
        ("scale", "nan", "from 0 to 20"),
        ("scale", "inf", "from 0 to 20"),
        ("scale", 1e9, "from 0 to 20"),
        ("label", 12, "from 0 to 9"),
        ("label", -1, "from 0 to 9"),
        ("sampler", "ddimm", "dpmpp_2m"),
        ("schedule", "sqrt", "zero_snr"),
        ("spacing", "even", "trailing"),
        ("seed", -1, "from 0 to"),
        ("seed", 2**24, "from 0 to 16777215"),  # it would be seed 0 again
        ("count", 65, "from 1 to 64"),
        ("zoom", 0, "--zoom"),
        ("out", "a.jpg", ".png or .gif"),
        ("model", "mnost", "There is no model"),
        ("model", "none.safetensors", "There is no file"),
    ],
)
def test_bad_value_names_field_and_range(capsys, tmp_path, weights, field, value, part):
    arguments = {"model": weights, "out": tmp_path / "a.png"} | {field: value}
    text = refusal(capsys, "sample", *(f"--{key}={value}" for key, value in arguments.items()))
    assert field in text and part in text


def test_unknown_command_and_option_are_refused(capsys):
    said = refusal(capsys, "dream")
    assert "dream" in said and "choose one of app, train, evaluate" in said
    assert "--stepps" in refusal(capsys, "sample", "--stepps", 3)


@pytest.mark.parametrize(
    "port, said", [("abc", "a whole number"), (0, "at least 1"), (70000, "at most 65535")]
)
def test_a_number_that_cannot_be_used_is_refused_in_words(capsys, port, said):
    text = refusal(capsys, "app", "--port", port)
    assert f"'--port': it must be {said}" in text and "nput" not in text


def test_fetch_says_what_lies_there(tmp_path, capsys):
    images = np.zeros((3, 28, 28), np.uint8)
    np.savez(tmp_path / "mnist.npz", train_images=images, test_images=images)
    assert run("fetch", "mnist", "--data", tmp_path) == 0
    assert f"mnist: 3 pictures to train on, in {tmp_path}" in capsys.readouterr().out
    assert "no data set 'mnost'" in refusal(capsys, "fetch", "mnost", "--data", tmp_path)


def test_recipe_and_its_values_are_checked_before_any_data_is_read(capsys, tmp_path):
    assert "mnost" in refusal(capsys, "train", "mnost", "--data", tmp_path)
    assert "steps" in refusal(capsys, "train", "mnist", "--steps", 0, "--data", tmp_path)
    assert "lr" in refusal(capsys, "train", "mnist", "--lr", "nan", "--data", tmp_path)


def test_error_of_ours_keeps_its_trace(monkeypatch):
    """A mistake in the program is not the reader's: it must not look like one."""

    def broken(*_args, **_kwargs):
        raise TypeError("ours")

    monkeypatch.setattr(zoo, "load", broken)
    with pytest.raises(TypeError, match="ours"):
        main(["sample"])


@pytest.mark.parametrize("count, size", [(1, (56, 56)), (2, (116, 56)), (3, (116, 116))])
def test_png_is_crisp_and_says_how_it_was_made(tmp_path, weights, count, size):
    out = tmp_path / "new" / "a.png"
    options = ("--model", weights, "--label", 3, "--steps", 2, "--count", count, "--zoom", 2)
    assert run("sample", *options, "--out", out) == 0
    with Image.open(out) as image:
        assert image.size == size and image.mode == "L"
        small = image.resize((size[0] // 2, size[1] // 2), Image.Resampling.NEAREST)
        assert small.resize(size, Image.Resampling.NEAREST).tobytes() == image.tobytes()
        assert image.text["seed"] == "0" and image.text["model"] == "small"
        assert image.text["sampler"] == "ddim" and image.text["nfe"] == "2"


def test_a_prompt_is_painted_in_colour_and_words_are_checked(capsys, tmp_path):
    cfg = TextUNetConfig(channels=(8, 16), attention=(False, True), head_dim=8, emb_dim=16,
                         context_dim=16)  # fmt: skip
    torch.manual_seed(0)
    net = zoo.save(tmp_path / "t.safetensors", TextUNet(cfg), kind="text-unet", config=cfg)
    asked = ["sample", "--model", str(net), "--steps", "2", "--zoom", "1"]
    out = tmp_path / "three.png"
    assert run(*asked, "--prompt", "A red three.", "--out", str(out)) == 0
    capsys.readouterr()
    with Image.open(out) as image:
        assert image.size == (64, 64) and image.mode == "RGB"
        assert image.info["prompt"] == "A red three."
    for wrong, said in (
        (["--prompt", "a redd three"], "did you mean red"),
        (["--label", "3"], "use a prompt instead of a label"),
        (["--model", "mnist", "--prompt", "three"], "knows no words"),
    ):
        assert said in refusal(capsys, *asked, *wrong, "--out", str(out))


def test_gif_has_a_frame_a_step_and_ends_where_the_png_does(tmp_path, weights):
    options = ("--model", weights, "--label", 3, "--steps", 4, "--zoom", 1)
    run("sample", *options, "--out", tmp_path / "a.gif")
    run("sample", *options, "--out", tmp_path / "a.png")
    with Image.open(tmp_path / "a.gif") as gif, Image.open(tmp_path / "a.png") as png:
        assert gif.n_frames == 5 and gif.size == (58, 28) and gif.info["loop"] == 0
        gif.seek(4)
        last = gif.convert("L")
        # At the last step x is x0_hat, so both halves are the finished picture.
        assert last.crop((0, 0, 28, 28)).tobytes() == png.tobytes()
        assert last.crop((30, 0, 58, 28)).tobytes() == png.tobytes()


def test_same_seed_same_picture_and_another_seed_another(tmp_path, weights):
    def picture(name: str, *options: object) -> bytes:
        out = tmp_path / name
        run("sample", "--model", weights, "--steps", 2, "--sampler", "ddpm", *options, "--out", out)
        with Image.open(out) as image:
            return image.tobytes()

    assert picture("a.png", "--seed", 1) == picture("b.png", "--seed", 1)
    assert picture("a.png", "--seed", 1) != picture("c.png", "--seed", 2)
    assert picture("d.png", "--label", 1) != picture("e.png", "--label", 2)


def test_evaluate_writes_the_table_and_the_card_beside_the_weights(tmp_path, weights, monkeypatch):
    from explorer import evaluate
    from explorer.models.classifier import Classifier, ClassifierConfig

    config = ClassifierConfig(widths=(8,), features=4)
    judge = tmp_path / "judge.safetensors"
    zoo.save(judge, Classifier(config), kind="classifier", config=config)
    rng = np.random.default_rng(0)
    arrays = {
        f"{split}_{what}": values
        for split in ("train", "test")
        for what, values in (
            ("images", rng.integers(0, 256, (200, 28, 28), dtype=np.uint8)),
            ("labels", np.arange(200) % 10),
        )
    }
    np.savez(tmp_path / "mnist.npz", **arrays)
    entry = evaluate.Entry("ddim", "linear", "trailing", 2, 1.0, 2000)
    monkeypatch.setattr(evaluate, "plan", lambda: [entry])
    options = ("--data", tmp_path, "--judge", judge, "--samples", 64)
    assert run("evaluate", weights, *options) == 0
    (row,) = zoo.load(weights).card.metrics["rows"]
    assert row["n"] == 64 and row["nfe"] == 2
    assert "| ddim |" in weights.with_suffix(".md").read_text("utf-8")


def test_train_takes_pictures_of_ones_own_in_colour_and_without_classes(capsys, tmp_path):
    pixels = np.random.default_rng(0).integers(0, 256, (8, 32, 32, 3), dtype=np.uint8)
    np.savez(tmp_path / "own.npz", train_images=pixels)
    options = ("--data", tmp_path / "own.npz", "--steps", 1, "--batch", 2, "--device", "cpu")
    assert run("train", "mnist", *options, "--out", tmp_path / "run") == 0
    trained = tmp_path / "run" / "mnist.safetensors"
    assert run("sample", "--model", trained, "--steps", 1, "--out", tmp_path / "a.png") == 0
    with Image.open(tmp_path / "a.png") as image:
        assert image.mode == "RGB" and image.size == (320, 320)
    capsys.readouterr()
    assert "without labels" in refusal(capsys, "sample", "--model", trained, "--label", 0)
