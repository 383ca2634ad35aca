"""A training is the same however often it is broken off, and any of its steps can be opened."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.arrays import arrays
from tests.training.networks import small, trained
from walkthrough.case import Case, CaseError, load, read_case
from walkthrough.trace.trace import replay
from walkthrough.trace.verification import Verification
from walkthrough.training.refusal import NoRun, NoSuchStep
from walkthrough.training.reports.gradient_check import gradient_check
from walkthrough.training.reports.results import Confusion, confusion, percent
from walkthrough.training.reports.symptoms import symptoms
from walkthrough.training.runs import opening
from walkthrough.training.runs.opened_steps import opened
from walkthrough.training.runs.resuming import resumed
from walkthrough.training.runs.run import Lessons, TrainingRun
from walkthrough.training.runs.run_files import FORMAT, packed, read_run

ADAM = '[update]\ntype = "adam"'
STEPS = 40


@pytest.fixture(params=["", '[update]\nmomentum = "0.9"', ADAM], ids=["sgd", "momentum", "adam"])
def case(request: pytest.FixtureRequest, tmp_path: Path) -> Case:
    return small(tmp_path, request.param)


def saved(case: Case, folder: Path, steps: int = STEPS) -> Path:
    path = folder / "run.npz"
    path.write_bytes(packed(trained(case, folder, steps).record()))
    return path


# --- saving and going on -----------------------------------------------------------------------------


@pytest.mark.parametrize("broken_off", [0, 1, 16, 17, 33, STEPS])
def test_broken_off_and_gone_on_with_it_is_the_same_file(case: Case, tmp_path: Path, broken_off: int) -> None:
    whole = packed(trained(case, tmp_path, STEPS).record())
    path = saved(case, tmp_path, broken_off)
    lessons = Lessons(case, tmp_path)
    run = TrainingRun(lessons, tmp_path, resumed(lessons, path))
    assert run.steps == broken_off
    while run.steps < STEPS:
        run.advance()
    assert packed(run.record()) == whole


def test_the_file_is_numpys_without_pickles(case: Case, tmp_path: Path) -> None:
    found = arrays(saved(case, tmp_path))
    assert str(found["format"]) == FORMAT
    assert str(found["case_toml"]) == case.toml
    assert int(found["steps"]) == len(found["loss"]) == STEPS
    given = {f"checkpoint/0/{name}" for name in ("conv.kernel", "conv.bias", "dense.weight", "dense.bias")}
    assert given == {name for name in found if name.startswith("checkpoint/0/")}
    assert found["checkpoint/40/dense.weight"].shape == (2, 18)


def test_another_case_or_other_data_are_not_gone_on_with(tmp_path: Path) -> None:
    path = saved(small(tmp_path), tmp_path)
    other = small(tmp_path, rate="0.2")
    with pytest.raises(NoRun, match="is the training of another case"):
        resumed(Lessons(other, tmp_path), path)
    with pytest.raises(NoRun, match="the data are no longer those"):
        resumed(Lessons(small(tmp_path, samples=22), tmp_path), path)
    with pytest.raises(NoRun, match="are no longer those that it was trained on"):
        opened(path, 3)


# --- opening -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("step", [1, 2, 16, 17, 18, 31, STEPS])
def test_an_opened_step_is_that_of_the_run(case: Case, tmp_path: Path, step: int) -> None:
    """Its parameters, bit for bit, and what is kept beside them; its batch; its loss and its update."""
    path = saved(case, tmp_path)
    before, after = (trained(case, tmp_path, count).tensors for count in (step - 1, step))
    found = opened(path, step)
    assert found.loss == found.recomputed == float(arrays(path)["loss"][step - 1])
    trace = replay(found.case)
    for name, numbers in before.items():
        if name in trace.network.parameters:
            assert (trace.numbers(name) == numbers).all(), name
        elif f"{name}.before" in trace.places:
            assert (trace.numbers(f"{name}.before") == numbers).all(), name
    assert np.allclose(trace.numbers("loss"), found.loss, rtol=1e-12, atol=0)
    for name in trace.network.parameters:
        assert np.abs(trace.numbers(f"{name}.new") - after[name]).max() <= 1e-12, name
    data = arrays(tmp_path / "strokes.npz")
    chosen = [number - 1 for number in found.samples]
    assert len(chosen) == (3 if step % 5 == 0 else 5)
    assert all(
        (sample.input.floats[0] == data["x"][at]).all()
        for sample, at in zip(found.case.samples, chosen, strict=True)
    )
    assert all(check.agrees for check in Verification(trace).checks())


def test_a_step_that_is_not_there_names_the_last_one(tmp_path: Path) -> None:
    path = saved(small(tmp_path), tmp_path)
    for step in (0, -1, STEPS + 1):
        with pytest.raises(NoSuchStep, match=f"there is no step {step}; the last one is {STEPS}"):
            opened(path, step)
    with pytest.raises(NoSuchStep, match=f"say which of its steps, --step 1 to {STEPS}"):
        opening.load(path)
    assert opening.load(f"{path}#7").title.endswith("step 7 of 40")
    assert opening.load("digits").name == "digits"


# --- files that are none -----------------------------------------------------------------------------


def changed(path: Path, **entries: object) -> Path:
    """The file with other entries; None takes one away."""
    found = arrays(path) | entries
    np.savez(path, **{name: value for name, value in found.items() if value is not None})
    return path


@pytest.mark.parametrize(
    ("entry", "value", "said"),
    [
        ("format", None, "has no format"),
        ("format", np.array("other"), 'has the format "other"'),
        ("case_toml", np.array("["), "TOML cannot be read here"),
        ("case_toml", np.array(3), "expected one text"),
        ("steps", np.array(3), "loss has to be one float64 number for each of its steps"),
        ("loss", np.zeros(STEPS, np.float32), "loss has to be one float64 number"),
        ("loss", np.array([{}]), "expected whole numbers or floats"),
        ("checkpoint/16/dense.weight", np.ones((2, 17)), "does not have the parameters"),
        ("checkpoint/16/dense.weight", None, "does not have the parameters"),
        ("checkpoint/16/dense.weight", np.full((2, 18), np.nan), "finite float64"),
        ("checkpoint/16/other.weight", np.ones(3), "does not have the parameters"),
        (
            "checkpoint/99/dense.weight",
            np.ones((2, 18)),
            "a checkpoint after step 99, and its last",
        ),
    ],
)
def test_what_does_not_belong_is_refused(tmp_path: Path, entry: str, value: object, said: str) -> None:
    path = changed(saved(small(tmp_path), tmp_path), **{entry: value})
    with pytest.raises(CaseError, match=said):
        opened(path, 20)


def test_a_checkpoint_too_far_away_is_not_gone_on_from(tmp_path: Path) -> None:
    path = saved(small(tmp_path), tmp_path)
    changed(path, steps=np.array(10**6), loss=np.ones(10**6))
    with pytest.raises(NoRun, match="the nearest checkpoint before step 900000 is after step 40, too far"):
        opened(path, 900_000)


def test_a_header_that_promises_too_much_is_not_believed(tmp_path: Path) -> None:
    path = saved(small(tmp_path), tmp_path)
    header = io.BytesIO()
    np.lib.format.write_array_header_1_0(header, {"descr": "<f8", "fortran_order": False, "shape": (10**12,)})
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("checkpoint/16/huge.weight.npy", header.getvalue())
    with pytest.raises(NoRun, match="the most that a tensor may have"):
        opened(path, 20)


def test_a_file_cut_off_anywhere_is_refused(tmp_path: Path) -> None:
    path = saved(small(tmp_path), tmp_path, 3)
    content = path.read_bytes()
    for length in range(0, len(content), 257):
        path.write_bytes(content[:length])
        with pytest.raises(NoRun):
            read_run(path)
    with pytest.raises(NoRun, match="No such file"):
        read_run(tmp_path / "nothing.npz")
    with pytest.raises(NoRun, match="is not a file"):
        read_run(tmp_path)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40, deadline=None)
@given(place=st.integers(0, 10**6), byte=st.integers(0, 255))
def test_a_changed_byte_is_refused_or_does_no_harm(tmp_path: Path, place: int, byte: int) -> None:
    path = tmp_path / "run.npz"
    if not path.exists():
        saved(small(tmp_path), tmp_path, 3)
    content = bytearray(path.read_bytes())
    content[place % len(content)] = byte
    (tmp_path / "other.npz").write_bytes(content)
    try:
        read_run(tmp_path / "other.npz")
    except NoRun:
        return


# --- what it has come to -----------------------------------------------------------------------------


def test_digits_are_learned() -> None:
    case = load("digits")
    run = TrainingRun(Lessons(case, Path()), Path())
    while run.epochs < 8:
        run.advance()
    found = confusion(run.lessons, run.tensors, run.lessons.data.test)
    assert found is not None
    assert found.total == 128
    assert found.right >= 0.98 * found.total


def test_accuracy_in_percent() -> None:
    found = Confusion(((40, 1), (2, 85)))
    assert (found.right, found.total) == (125, 128)
    assert percent(found.accuracy) == "97.7"
    # 1999 of 2000 are not all
    assert percent(Confusion(((1999, 1),)).accuracy) == "99.9"
    assert percent(Confusion(((2000, 0),)).accuracy) == "100.0"


# --- what goes wrong -----------------------------------------------------------------------------------


def test_central_differences_agree_with_every_gradient(case: Case, tmp_path: Path) -> None:
    lessons = Lessons(case, tmp_path)
    checks = gradient_check(lessons)
    assert [check.parameter for check in checks] == ["conv.kernel", "conv.bias", "dense.weight", "dense.bias"]
    assert [check.entries for check in checks] == [18, 2, 36, 2]
    assert all(check.agrees for check in checks)


def test_a_wrong_gradient_is_found_and_a_kink_is_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lessons = Lessons(load("two-conv-network"), tmp_path)
    assert all(check.agrees for check in gradient_check(lessons))
    assert sum(check.kinks for check in gradient_check(lessons)) > 0
    lessons = Lessons(small(tmp_path), tmp_path)
    right = lessons.network.backward
    monkeypatch.setattr(
        lessons.network, "backward", lambda of: {**right(of), "dense.bias": 1.01 * right(of)["dense.bias"]}
    )
    assert [check.parameter for check in gradient_check(lessons) if not check.agrees] == ["dense.bias"]


def test_note_000_is_thrown_far_off_by_its_own_update(tmp_path: Path) -> None:
    (said,) = symptoms(trained(load("lecture-notes"), tmp_path, 3))
    # w goes from 0.01 to −118.2756231, as the notes' own table has it
    assert said.startswith("Step 1 blew up: the largest entry of dense.weight went from 0.01 to 118")


def test_dead_units_and_saturation_are_named(tmp_path: Path) -> None:
    assert symptoms(trained(small(tmp_path), tmp_path, 20)) == []
    dead = small(tmp_path).toml.replace('bias = "0.1 -0.1"', 'bias = "0.1 -9"')
    (said,) = symptoms(trained(read_case(dead, "dead", tmp_path), tmp_path, 1))
    assert "relu has dead channels: 1 of 2 are 0 for each of 23 samples" in said
    flat = small(tmp_path, activation="sigmoid").toml.replace('bias = "0.1 -0.1"', 'bias = "9 -9"')
    (said,) = symptoms(trained(read_case(flat, "flat", tmp_path), tmp_path, 1))
    assert "sigmoid is saturated: 100.0 % of its outputs over 23 samples are nearly 0 or 1" in said
