"""`train`, and a step of a training wherever a case can be named: as people use them."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pexpect
import pytest

from tests.arrays import arrays
from tests.commands.test_cli import Here, assert_refused, out, walkthrough
from tests.training.networks import small
from tests.training.test_data import idx
from walkthrough.training.data.drawn_digits import drawn_digits


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A case with its data, and its training."""
    found = tmp_path_factory.mktemp("training")
    (found / "strokes.toml").write_text(small(found).toml, encoding="utf-8")
    out("train", str(found / "strokes.toml"), "--save", str(found / "run.npz"))
    return found


def slow(folder: Path, epochs: int = 3000) -> tuple[str, str]:
    """A case whose training takes a while, and where to save it."""
    text = small(folder).toml.replace("epochs = 3", f"epochs = {epochs}")
    (folder / "slow.toml").write_text(text, encoding="utf-8")
    return str(folder / "slow.toml"), str(folder / "slow.npz")


def said(here: Here, *arguments: str) -> str:
    """What a command that succeeds prints, in this process."""
    status, printed, complained = here(*arguments)
    assert (status, complained) == (0, "")
    return printed


# --- training ----------------------------------------------------------------------------------------


def test_a_fresh_machine_learns_digits_and_says_so(tmp_path: Path) -> None:
    file = tmp_path / "run.npz"
    said = out("train", "digits", "--save", str(file))
    (accuracy,) = [line.split() for line in said.splitlines() if "test accuracy" in line]
    assert float(accuracy[2]) >= 98
    assert accuracy[3] == "%"
    assert "loss of each step's batch" in said
    assert "1,280 steps in" in said
    assert f"walkthrough show {file} --step 640" in said


def test_json_has_what_the_contract_names(folder: Path) -> None:
    found = json.loads(out("train", str(folder / "strokes.toml"), "--json"))
    assert (found["steps"], found["epochs"], len(found["loss"])) == (15, 3, 15)
    assert set(found["accuracy"]) == {"train", "test"}
    assert found["accuracy"]["test"] is None
    assert 0 <= found["accuracy"]["train"] <= 1
    assert sum(map(sum, found["confusion"])) == 23
    assert found["seconds"] > 0
    assert found["loss"] == arrays(folder / "run.npz")["loss"].tolist()


def test_more_epochs_go_on_where_the_file_ends(folder: Path) -> None:
    case, file = str(folder / "strokes.toml"), str(folder / "longer.npz")
    out("train", case, "--save", file, "--resume")  # it is not there yet
    assert int(arrays(file)["steps"]) == 15
    out("train", case, "--save", file, "--resume", "--epochs", "5")
    out("train", case, "--save", str(folder / "at-once.npz"), "--epochs", "5")
    assert Path(file).read_bytes() == (folder / "at-once.npz").read_bytes()


def test_killed_at_any_moment_it_resumes_to_the_identical_end(tmp_path: Path) -> None:
    case, file = slow(tmp_path, epochs=150)
    whole = str(tmp_path / "whole.npz")
    out("train", case, "--save", whole)
    for wait in (0.0, 0.1):
        Path(file).unlink(missing_ok=True)
        running = subprocess.Popen([sys.executable, "-m", "walkthrough", "train", case, "--save", file])
        until(lambda: Path(file).exists())
        time.sleep(wait)
        running.send_signal(signal.SIGKILL)
        running.wait()
        assert int(arrays(file)["steps"]) < 750
        out("train", case, "--save", file, "--resume")
        assert Path(file).read_bytes() == Path(whole).read_bytes()


def test_ctrl_c_ends_with_130_and_what_is_saved_is_whole(tmp_path: Path) -> None:
    case, file = slow(tmp_path)
    command = [sys.executable, "-m", "walkthrough", "train", case, "--save", file]
    running = subprocess.Popen(command, stderr=subprocess.PIPE)
    until(lambda: Path(file).exists())
    time.sleep(0.2)
    running.send_signal(signal.SIGINT)
    _, said = running.communicate(timeout=20)
    assert running.returncode == 130
    steps = int(arrays(file)["steps"])
    assert f"interrupted after step {steps:,}" in said.decode()
    assert "--resume" in said.decode()
    assert [each.name for each in tmp_path.iterdir() if each.name.startswith(".")] == []


def until(there: object) -> None:
    deadline = time.monotonic() + 30
    while not there():  # type: ignore[operator]
        assert time.monotonic() < deadline
        time.sleep(0.005)


def test_a_terminal_sees_a_bar_that_goes_away(tmp_path: Path) -> None:
    case, _ = slow(tmp_path)
    command = ["-m", "walkthrough", "train", case]
    environment = {**os.environ, "TERM": "xterm", "COLUMNS": "80"}
    child = pexpect.spawn(sys.executable, command, env=environment, dimensions=(24, 80), timeout=30)
    child.expect(r"epoch \d+, step [\d,]+  loss [\d.]+  accuracy [\d.]+ %")
    child.sendintr()
    child.expect(r"interrupted after step [\d,]+")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 130


def test_a_training_that_blows_up_says_which_step_and_why(tmp_path: Path) -> None:
    (tmp_path / "wild.toml").write_text(
        small(tmp_path, activation="leaky_relu").toml.replace(
            'learning_rate = "0.1"', 'learning_rate = "1e200"'
        ),
        encoding="utf-8",
    )
    ended = walkthrough("train", str(tmp_path / "wild.toml"), "--save", str(tmp_path / "wild.npz"))
    said = ended.stdout.decode()
    assert ended.returncode == 2
    assert "Step 1 blew up: the largest entry of" in said
    assert "Take a smaller learning rate" in said
    assert "Traceback" not in ended.stderr.decode()
    assert "Warning" not in ended.stderr.decode()
    assert "conv[1,1,1]" in out("show", f"{tmp_path / 'wild.npz'}", "--step", "1", "conv[1,1,1]")


def test_parameters_beyond_float64_end_a_training_whose_loss_stays_finite(tmp_path: Path) -> None:
    """Behind a sigmoid an infinite weight makes 0 or 1: the file must stay one that can be read."""
    text = """learning_rate = "1e308"
[input]
values = "1"
[[layers]]
type = "dense"
weight = "1e10"
[[layers]]
type = "tanh"
[[layers]]
type = "dense"
weight = "0.5"
[update]
frozen = ["dense2.weight"]
weight_decay = "1"
[loss]
type = "squared_error"
target = "0"
[training]
epochs = 100
"""
    (tmp_path / "far.toml").write_text(text, encoding="utf-8")
    ended = walkthrough("train", str(tmp_path / "far.toml"), "--save", str(tmp_path / "far.npz"))
    assert ended.returncode == 2
    assert "Step 1 blew up" in ended.stdout.decode()
    assert "dense1[1]" in out("show", str(tmp_path / "far.npz"), "--step", "1", "dense1[1]")


def test_one_sample_of_a_batch(here: Here) -> None:
    page = said(here, "show", "two-conv-network", "--sample", "2")
    assert "sample 2 of 2" in page
    assert "sample 1 of 2" not in page
    assert "conv1@2" in page
    assert "means over the samples" not in page
    assert said(here, "show", "two-conv-network", "dense2[1]", "--sample", "2") == said(
        here, "show", "two-conv-network", "dense2@2[1]"
    )


# --- opening -----------------------------------------------------------------------------------------


def test_show_why_and_step_open_a_step(folder: Path, here: Here) -> None:
    run = str(folder / "run.npz")
    page = said(here, "show", run, "--step", "7")
    assert "step 7 of 15" in page
    assert "sample 5 of 5" in page
    assert "All " in page
    assert "cells agree" in page
    narrowed = said(here, "show", run, "--step", "7", "--sample", "3")
    assert "sample 3 of 5" in narrowed
    assert "sample 2 of 5" not in narrowed
    assert "update" not in narrowed
    assert "conv@3[1,2,2]" in said(here, "show", run, "--step", "7", "--sample", "3", "conv[1,2,2]")
    names = set(json.loads(said(here, "show", run, "--step", "7", "--sample", "3", "--json"))["tensors"])
    assert "conv@3" in names
    named, asked = (f"{run}#7",), (run, "--step", "7")
    assert said(here, "show", *named, "dense.bias") == said(here, "show", *asked, "dense.bias")
    assert "dense.weight.new[1,2]" in said(here, "why", run, "--step", "7", "dense.weight.new[1,2]")
    assert "dense.bias" in said(here, "step", run, "dense.bias.new", "--step", "7", "--plain")


def test_a_step_is_an_exercise_like_others(folder: Path, here: Here) -> None:
    run, sheet = str(folder / "run.npz"), folder / "mine.toml"
    sheet.write_text(said(here, "worksheet", run, "--step", "7"), encoding="utf-8")
    assert f'case = "{run}#7"' in sheet.read_text(encoding="utf-8")
    (loss,) = [
        step["value"]
        for step in json.loads(said(here, "show", run, "--step", "7", "loss", "--json"))["steps"]
        if step["cell"] == "loss"
    ]
    sheet.write_text(f'case = "run.npz"\nstep = 7\n[claims]\nloss = "{loss[:8]}"\n', encoding="utf-8")
    assert "Nothing is wrong" in said(here, "check", str(sheet))
    sheet.write_text(f'[claims]\nloss = "{loss[:8]}"\n', encoding="utf-8")
    assert "Nothing is wrong" in said(here, "check", str(sheet), "--case", run, "--step", "7")
    assert here("check", str(sheet), "--case", run, "--step", "8")[0] == 1


def test_what_is_asked_wrongly_is_answered(folder: Path, tmp_path: Path, here: Here) -> None:
    run, other, none = str(folder / "run.npz"), tmp_path / "x.npz", tmp_path / "no" / "x.npz"
    other.write_bytes(b"PK")
    sheet = tmp_path / "s.toml"
    sheet.write_text('case = "digits"\nstep = 3\n[claims]\nloss = "1"\n', encoding="utf-8")
    for asked, answer in (
        (f"show {run} --step 16", "there is no step 16; the last one is 15"),
        (f"show {run} --step 0", "there is no step 0; the last one is 15"),
        (f"show {run}", "say which of its steps, --step 1 to 15"),
        (f"show {run} --step -1", "there is no step -1; the last one is 15"),
        (f"show {run} --step 1 --sample 6", "there are samples 1 to 5"),
        (f"show {run} --step 1 --steps 2", "the next step of a training has a batch of its own"),
        (f"show {run} --step 1 conv.grad[1,1,1]#2", "has a batch of its own"),
        ("show lecture-notes --step 3", "lecture-notes is none"),
        ("train digits --resume", "--resume goes on from the file of --save"),
        ("train digits --save x.txt", "a name that ends with .npz"),
        ("check digits --step 3", "name its file with --case"),
        (f"train digits --save {none}", "cannot be written"),
        ("train convolution", "loss: is missing"),
        (f"show {other} --step 3", "is no .npz file that can be read"),
        (f"train digits --save {other} --resume", "is no .npz file"),
        (f"check {sheet}", 'expected a step of a training, beside case = "run.npz"'),
    ):
        assert answer in assert_refused(here(*asked.split())), asked
    assert other.read_bytes() == b"PK"


def test_mnist_files_written_by_a_test_are_trained_on(tmp_path: Path, here: Here) -> None:
    """Rings and strokes of 28×28 in the original format: a network learns them, and a step of it opens."""
    images, classes = drawn_digits(3, 90)
    large = np.round(np.pad(images[:, 0], ((0, 0), (6, 6), (6, 6))) * 255).astype(np.uint8)
    parts = {"train": slice(0, 70), "t10k": slice(70, 90)}
    for name, part in parts.items():
        (tmp_path / f"{name}-images-idx3-ubyte").write_bytes(idx(large[part]))
        (tmp_path / f"{name}-labels-idx1-ubyte").write_bytes(idx(classes[part].astype(np.uint8)))
    text = """learning_rate = "0.5"
[[layers]]
type = "average_pool2d"
size = 2
[[layers]]
type = "dense"
weight = { random = "normal", shape = [2, 196], seed = 1, scale = "0.1" }
bias = "0 0"
[[layers]]
type = "softmax"
[loss]
type = "cross_entropy"
[training]
epochs = 8
data = { mnist = ".", digits = [0, 1] }
"""
    (tmp_path / "mnist.toml").write_text(text, encoding="utf-8")
    run = str(tmp_path / "run.npz")
    found = json.loads(said(here, "train", str(tmp_path / "mnist.toml"), "--save", run, "--json"))
    assert found["accuracy"]["test"] >= 0.95
    assert found["classes"] == ["0", "1"]
    assert "dense[2]" in said(here, "show", run, "--step", "20", "dense[2]")
    (tmp_path / "t10k-labels-idx1-ubyte").unlink()
    message = assert_refused(here("train", str(tmp_path / "mnist.toml")))
    assert "t10k-labels-idx1-ubyte (or t10k-labels-idx1-ubyte.gz) is not there" in message
    assert "nothing is downloaded" in message
