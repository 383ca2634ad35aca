"""The PyTorch script of a case: it agrees where it should, and names the number where it should not."""

from __future__ import annotations

import contextlib
import io
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings

from tests.drawn import case_texts
from walkthrough.case import Case, list_shipped, load, read_case
from walkthrough.cli import commands
from walkthrough.formats.pytorch import PytorchFormat
from walkthrough.scripts.torch_script import CannotSay, TorchScript
from walkthrough.trace.linked import linked
from walkthrough.trace.trace import CannotReplay, replay

torch = pytest.importorskip("torch", reason="PyTorch runs these scripts and is not installed")


def script(case: Case, steps: int = 1) -> str:
    return "".join(PytorchFormat().render(TorchScript(linked(replay(case), (), steps)).blocks()))


def run(text: str) -> str:
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        exec(compile(text, "script.py", "exec"), {"__name__": "__main__"})
    return said.getvalue()


@pytest.mark.parametrize("name", [each.name for each in list_shipped() if each.name != "lenet"])
def test_every_shipped_case_agrees(name: str) -> None:
    assert run(script(load(name))).endswith("Everything agrees.\n")


def test_it_prints_outputs_loss_gradients_and_updates() -> None:
    said = run(script(load("four-by-four")))
    for name in ("conv", "sigmoid", "loss", "conv.kernel.grad", "input.grad", "dense.bias.new"):
        assert f"\n{name} = " in f"\n{said}", name


def test_it_runs_by_itself(tmp_path: Path) -> None:
    file = tmp_path / "mine.py"
    done = CliRunner().invoke(commands, ["show", "lecture-notes", "--format", "pytorch", "-o", str(file)])
    assert done.exit_code == 0, done.output
    imports = {line for line in file.read_text().splitlines() if line.startswith(("import", "from"))}
    assert imports == {"import torch", "import torch.nn.functional as F"}
    ran = subprocess.run([sys.executable, "-I", str(file)], capture_output=True, text=True, cwd=tmp_path)
    assert ran.stdout.endswith("Everything agrees.\n"), ran.stderr


@pytest.mark.parametrize(
    ("number", "spoiled", "tensor"),
    [
        ("0.927573514638", "0.927573514", "dense.grad[1]: PyTorch finds 0.92757351463"),
        ("-94.6024984931", "-94.602498", "dense.weight.new[1,1]: PyTorch finds -94.60249849"),
    ],
)
def test_a_spoiled_number_is_named_with_both_values(number: str, spoiled: str, tensor: str) -> None:
    text = script(load("lecture-notes"))
    assert text.count(number) >= 1
    with pytest.raises(AssertionError, match="the page says") as raised:
        run(text.replace(number, spoiled))
    assert str(raised.value).startswith(tensor)
    assert spoiled in str(raised.value)


def test_several_steps_go_through_the_optimizer() -> None:
    said = run(script(load("two-layer-update"), steps=3))
    assert "\nhidden.weight.new#3 = " in said
    assert said.endswith("Everything agrees.\n")


@pytest.mark.parametrize(
    "update",
    [
        'type = "sgd"\nmomentum = 0.9\nnesterov = true\nweight_decay = 0.1',
        'type = "rmsprop"\nmomentum = 0.5',
        'type = "adam"\nbetas = [0.8, 0.95]\nfrozen = ["dense.bias"]',
        'type = "adamw"',
    ],
)
def test_every_update_rule_agrees(update: str) -> None:
    text = f"""title = "a row"
learning_rate = 0.1
[input]
values = "1 -2 3"
[[layers]]
type = "dense"
weight = "0.5 1 -1\\n2 0.25 1"
bias = "1 -1"
[loss]
type = "squared_error"
target = "1 0"
[update]
{update}
"""
    assert run(script(read_case(text), steps=2)).endswith("Everything agrees.\n")


@settings(max_examples=40, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(case_texts())
def test_drawn_cases_agree(text: str) -> None:
    case = read_case(text)
    try:
        written = script(case)
    except CannotReplay:
        return
    assert run(written).endswith("Everything agrees.\n")


def test_numbers_near_saturation_are_compared() -> None:
    text = """title = "far out"
[input]
values = "30"
[[layers]]
type = "sigmoid"
[loss]
type = "binary_cross_entropy"
target = "0"
"""
    written = script(read_case(text))
    assert "binary_cross_entropy_with_logits" in written
    assert run(written).endswith("Everything agrees.\n")


def test_rounding_by_hand_is_refused_in_words() -> None:
    asked = ["show", "lecture-notes", "--arithmetic", "4 decimals", "--format", "pytorch"]
    done = CliRunner().invoke(commands, asked)
    assert done.exit_code == 2
    assert "rounds every line by hand" in done.output


def test_a_layer_without_words_is_refused_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    from walkthrough.layers.sigmoid import Sigmoid

    monkeypatch.setattr(Sigmoid, "in_torch", lambda *_: "")
    with pytest.raises(CannotSay, match=r"sigmoid \(sigmoid\)"):
        script(load("lecture-notes"))


def test_names_cannot_leave_their_place() -> None:
    text = """title = 'a\\nimport os'
source = "x\\nraise SystemExit"
[input]
values = "1 2"
[[layers]]
type = "dense"
name = "class"
weight = "1 2"
"""
    assert run(script(read_case(text.replace("'", '"')))).endswith("Everything agrees.\n")
