"""The wheel carries the assets, and the README's commands are the ones that CI runs."""

import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text("utf-8")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    """A wheel of this checkout, built without a network."""
    pytest.importorskip("hatchling", reason="hatchling builds the wheel and is not installed")
    out = tmp_path_factory.mktemp("wheel")
    pip = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation"]
    subprocess.run([*pip, "--wheel-dir", out, ROOT], check=True, timeout=300)
    return next(out.glob("*.whl"))


def test_wheel_holds_every_asset_and_no_test(wheel):
    names = set(zipfile.ZipFile(wheel).namelist())
    tracked = subprocess.run(
        ["git", "ls-files", "assets"], cwd=ROOT, capture_output=True, text=True
    ).stdout.split()
    assert {f"explorer/{name}" for name in tracked if not name.endswith(".gitkeep")} <= names
    assert not [name for name in names if name.startswith("tests/")]


def test_installed_package_finds_its_assets_from_any_directory(wheel, tmp_path):
    target, elsewhere = tmp_path / "site", tmp_path / "elsewhere"
    elsewhere.mkdir()
    zipfile.ZipFile(wheel).extractall(target)  # what pip does with a wheel of pure Python
    code = (
        "import explorer.paths as p\n"
        "from explorer.models import zoo\n"
        "print(p.ASSETS, p.ASSETS.is_dir(), *map(lambda n: zoo.load(n).card.name, zoo.available()))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=elsewhere,
        env=os.environ | {"PYTHONPATH": str(target)},
        capture_output=True,
        text=True,
        timeout=120,
    )
    models = sorted(path.stem for path in (ROOT / "assets" / "models").glob("*.safetensors"))
    expected = [str(target / "explorer" / "assets"), "True", *models]
    assert done.stdout.split() == expected, done.stderr


def test_ci_runs_the_readme_command_and_finds_exactly_one():
    pattern = re.search(r"grep -m1 -E '([^']+)' README.md", (ROOT / ".ci" / "run").read_text())
    assert re.findall(pattern[1], README, re.MULTILINE) == ['pip install -e ".[test]" && pytest']


def test_readme_shows_the_two_commands_first():
    commands = re.findall(r"```\n(.*?)\n```", README, re.DOTALL)
    assert commands[:2] == ["pip install -e . && explorer", 'pip install -e ".[test]" && pytest']


def test_readme_names_files_that_exist():
    for name in re.findall(r"^  (\w+(?:\.py|/)) ", README, re.MULTILINE):
        assert (ROOT / "explorer" / name).exists(), name


def test_readme_names_real_options(capsys):
    """Each `explorer …` line of the README is understood by the command line."""
    from explorer.cli import main

    for line in re.findall(r"^explorer (\w+.*?)(?:  +#.*)?$", README, re.MULTILINE):
        command, *rest = line.split()
        with pytest.raises(SystemExit):
            main([command, "--help"])
        shown = capsys.readouterr().out
        assert all(word in shown for word in rest if word.startswith("--")), line
