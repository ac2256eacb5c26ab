"""The folder of a Space: what the Hub reads in it, what it holds, and when it is not written."""

import os
import subprocess
from importlib import metadata
from pathlib import Path

import pytest
from huggingface_hub import SpaceCard
from packaging.requirements import Requirement

from explorer import backends, space
from explorer.cli import main
from tests import only

ROOT = Path(__file__).parents[1]
HUB_LIMIT = 10 * 2**20  # bytes of a file that the Hub takes in git itself


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("space") / "new"
    space.write(folder)
    return folder


def required(folder: Path) -> list[Requirement]:
    """What a Space's requirements.txt names; the Gradio of its README is installed beside it."""
    lines = (folder / "requirements.txt").read_text("utf-8").splitlines()
    return [Requirement(line) for line in lines if not line.startswith(("#", "--"))]


def python_of(folder: Path, place: Path) -> Path:
    """The Python of an environment, made in `place`, that holds what this Space's would."""
    version = SpaceCard.load(folder / "README.md").data.sdk_version
    return only.python(place, [*required(folder), Requirement(f"gradio=={version}")])


def said(python: Path, folder: Path, code: str) -> list[str]:
    """What code prints, a word an element, where app.py would run it."""
    env = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
    done = subprocess.run(
        [python, "-c", code], cwd=folder, env=env, capture_output=True, text=True, check=True
    )
    return done.stdout.split()


def test_front_matter_says_what_a_space_needs(folder):
    card = SpaceCard.load(folder / "README.md").data
    assert (card.sdk, card.app_file, card.license) == ("gradio", "app.py", "mit")
    assert card.sdk_version == metadata.version("gradio")
    assert card.python_version.startswith("3.") and isinstance(card.python_version, str)
    assert len(card.short_description) <= 60
    assert (folder / card.app_file).is_file() and (folder / "LICENSE").is_file()


def test_requirements_are_what_the_modules_import_at_the_versions_tried_here(folder):
    found = required(folder)
    names = {requirement.name for requirement in found}
    assert {"torch", "numpy", "safetensors", "pillow"} <= names
    assert not names & {"gradio", "ray", "pytest"}
    for requirement in found:
        assert requirement.specifier.contains(metadata.version(requirement.name)), requirement


@pytest.mark.parametrize("missing", ["nothing", "onnxscript"])
def test_a_space_has_the_backends_that_are_here(missing, tmp_path, monkeypatch):
    find = backends.find_spec
    monkeypatch.setattr(backends, "find_spec", lambda name: name != missing and find(name))
    space.write(tmp_path / "space")
    python = python_of(tmp_path / "space", tmp_path / "env")
    code = "from explorer import backends; print(*backends.installed())"
    assert said(python, tmp_path / "space", code) == backends.installed()
    names = {requirement.name for requirement in required(tmp_path / "space")}
    used = {need for name in backends.installed() for need in backends.BACKENDS[name].needs}
    assert names & {"openvino", "onnxruntime", "onnx", "onnxscript"} == used - {"torch"}


def test_the_environment_of_a_space_holds_nothing_else(folder, tmp_path):
    code = (
        "import explorer, importlib.util as u; print(explorer.__path__[0], "
        "*(u.find_spec(name) for name in ('pytest', 'scipy', 'ray', 'typer.main')))"
    )
    where, *others = said(python_of(folder, tmp_path), folder, code)
    assert Path(where).resolve() == (folder / "explorer").resolve()
    assert others[:3] == ["None"] * 3 and others[3] != "None"  # gradio's own needs are there


def test_with_an_index_of_cpu_builds_torch_is_one_of_them(tmp_path):
    space.write(tmp_path, "https://index.example/cpu")
    text = (tmp_path / "requirements.txt").read_text("utf-8")
    torch = next(r for r in required(tmp_path) if r.name == "torch")
    assert "--extra-index-url https://index.example/cpu\n" in text
    assert torch.specifier.contains(metadata.version("torch").split("+")[0] + "+cpu")


def test_it_holds_the_app_and_its_assets_but_no_tests_and_no_lessons(folder):
    held = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert {
        "explorer/app/main.py",
        "explorer/samplers.py",
        "assets/models/mnist.safetensors",
    } <= held
    assert {path.split("/")[0] for path in held} == {
        *(".gitattributes", "LICENSE", "README.md", "app.py", "requirements.txt"),
        *("explorer", "assets"),
    }
    assert "explorer/cli.py" not in held and "explorer/serving/remote.py" not in held


def test_what_git_would_not_take_as_text_is_left_to_lfs(folder):
    rules = (folder / ".gitattributes").read_text("utf-8").splitlines()
    kept = {rule.split()[0] for rule in rules if "filter=lfs" in rule}
    assert "*.safetensors" in kept and "*.py" not in kept
    large = [path for path in folder.rglob("*") if path.stat().st_size > HUB_LIMIT]
    assert large and all(f"*{path.suffix}" in kept for path in large)


def refusal(capsys, *arguments: object) -> str:
    with pytest.raises(SystemExit) as leave:
        main([str(argument) for argument in arguments])
    assert leave.value.code == 2
    return capsys.readouterr().err


def test_a_folder_that_is_not_empty_is_left_alone(tmp_path, capsys):
    (tmp_path / "mine.txt").write_text("mine")
    assert "is not empty" in refusal(capsys, "space", tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_force_replaces_what_it_wrote_and_nothing_else(tmp_path):
    for name in ("mine.txt", "explorer/old.py"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("mine")
    space.write(tmp_path, force=True)
    assert (tmp_path / "mine.txt").is_file() and not (tmp_path / "explorer" / "old.py").exists()


def test_the_program_itself_is_never_written_over(capsys):
    for place in (ROOT, ROOT / "explorer", ROOT.parent):
        assert "holds this program" in refusal(capsys, "space", place, "--force")


def test_an_index_must_be_an_address(tmp_path, capsys):
    assert "https://" in refusal(capsys, "space", tmp_path / "new", "--torch-index", "cpu")


def test_an_installed_package_does_not_ask_for_itself(monkeypatch):
    known = space.metadata.packages_distributions() | {"explorer": ["denoising-explorer"]}
    monkeypatch.setattr(space.metadata, "packages_distributions", lambda: known)
    assert "denoising-explorer" not in space.found()[1]
