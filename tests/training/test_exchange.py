"""A state_dict becomes a case and a case a state_dict, and nothing in a file is ever run."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.arrays import arrays
from tests.commands.test_cli import Here, assert_refused
from walkthrough.case import load
from walkthrough.trace.trace import replay
from walkthrough.training.exchange.exported import exported
from walkthrough.training.exchange.state_dicts import StateDict, as_safetensors, read_state_dict
from walkthrough.training.refusal import NoWeights

ARCHITECTURE = """title = "A trained model"   # as it was
[input]
values = { random = "uniform", shape = [6, 6], seed = 1 }
[[layers]]
type = "conv2d"
padding = 1
[[layers]]
type = "batch_norm2d"
[[layers]]
type = "relu"
[[layers]]
type = "max_pool2d"
size = 2
[[layers]]
type = "dense"
"""


def weights() -> StateDict:
    generator = np.random.default_rng(3)
    return {
        "features.0.weight": generator.normal(size=(2, 1, 3, 3)).astype(np.float32),
        "features.0.bias": generator.normal(size=2).astype(np.float32),
        "features.1.weight": generator.uniform(1, 2, 2),
        "features.1.bias": generator.normal(size=2),
        "features.1.running_mean": generator.normal(size=2),
        "features.1.running_var": generator.uniform(1, 2, 2),
        "features.1.num_batches_tracked": np.array(12),
        "head.weight": generator.normal(size=(3, 18)),
        "head.bias": generator.normal(size=3),
    }


def as_npz(folder: Path) -> Path:
    np.savez(folder / "weights.npz", **weights())
    return folder / "weights.npz"


def as_folder(folder: Path) -> Path:
    (folder / "weights").mkdir()
    for name, array in weights().items():
        np.save(folder / "weights" / f"{name}.npy", array)
    return folder / "weights"


def as_tensors(folder: Path) -> Path:
    """As the format's own page describes it, float32 among float64."""
    header, content = {"__metadata__": {"format": "pt"}}, b""
    for name, array in weights().items():
        kind = {"float32": "F32", "float64": "F64", "int64": "I64"}[array.dtype.name]
        end = len(content) + array.nbytes
        header[name] = {"dtype": kind, "shape": [*array.shape], "data_offsets": [len(content), end]}
        content += array.tobytes()
    text = json.dumps(header).encode()
    (folder / "weights.safetensors").write_bytes(len(text).to_bytes(8, "little") + text + content)
    return folder / "weights.safetensors"


@pytest.mark.parametrize("written", [as_npz, as_folder, as_tensors])
def test_a_state_dict_becomes_a_case_and_is_written_again(
    tmp_path: Path, here: Here, written: Callable[[Path], Path]
) -> None:
    source = tmp_path / "architecture.toml"
    source.write_text(ARCHITECTURE, encoding="utf-8")
    file = tmp_path / "model.toml"
    status, printed, said = here("import", str(written(tmp_path)), str(source), "-o", str(file))
    assert (status, printed) == (0, "")
    assert "5 layers and 85 numbers" in said
    text = file.read_text(encoding="utf-8")
    assert "# as it was" in text
    case = load(file)
    given = weights()
    found, remarks = exported(case)
    assert remarks == []
    renamed = {"conv": "features.0", "batch_norm": "features.1", "dense": "head"}
    assert len(found) == 8
    for name, array in found.items():
        layer, _, own = name.rpartition(".")
        assert (array == given[f"{renamed[layer]}.{own}"]).all(), name
    # the replay says what the layers' own formulas say
    x = np.pad(case.samples[0].input.floats[0], 1)
    z = np.array(
        [
            [[(x[i : i + 3, j : j + 3] * kernel[0]).sum() + bias for j in range(6)] for i in range(6)]
            for kernel, bias in zip(given["features.0.weight"], given["features.0.bias"], strict=True)
        ]
    )
    shape = (2, 1, 1)
    mean, variance = (given[f"features.1.running_{each}"].reshape(shape) for each in ("mean", "var"))
    scale, shift = (given[f"features.1.{each}"].reshape(shape) for each in ("weight", "bias"))
    normal = np.maximum((z - mean) / np.sqrt(variance + 1e-5) * scale + shift, 0)
    pooled = normal.reshape(2, 3, 2, 3, 2).max(axis=(2, 4))
    y = given["head.weight"] @ pooled.reshape(-1) + given["head.bias"]
    trace = replay(case)
    assert [float(trace.value(f"dense[{n + 1}]", 16)) for n in range(3)] == pytest.approx(
        y.tolist(), rel=1e-9
    )
    assert here("export", str(file), "-o", str(tmp_path / "again.safetensors"))[0] == 0
    again = read_state_dict(tmp_path / "again.safetensors")
    assert all((again[name] == array).all() for name, array in found.items())


def test_layers_name_their_module(tmp_path: Path, here: Here) -> None:
    np.savez(tmp_path / "w.npz", **{"b.weight": np.array([[3.0]]), "a.weight": np.array([[2.0]])})
    layers = '[input]\nvalues = "1"\n[[layers]]\ntype = "dense"\nfrom = "a"\n[[layers]]\ntype = "dense"\n'
    (tmp_path / "a.toml").write_text(layers, encoding="utf-8")
    assert (
        here("import", str(tmp_path / "w.npz"), str(tmp_path / "a.toml"), "-o", str(tmp_path / "c.toml"))[0]
        == 0
    )
    trace = replay(load(tmp_path / "c.toml"))
    assert (trace.value("dense1"), trace.value("dense2")) == ("2", "6")


def test_what_pytorch_has_otherwise_is_turned(tmp_path: Path) -> None:
    """True convolution, a bias for each place, and what the training of such a case has come to."""
    found, remarks = exported(load("two-conv-network"))
    assert found["conv1.weight"][0, 0].tolist() == [[-1, -1, -1], [0, -1, 0], [1, -1, 1]]
    assert len(remarks) == 2
    assert "conv1.bias has a number for each place" in remarks[0]


def test_a_training_is_exported_at_its_end_or_before_a_step(tmp_path: Path, here: Here) -> None:
    run = str(tmp_path / "run.npz")
    here("train", "two-layer-update", "--save", run)
    for asked, name in (([], "end"), (["--step", "2"], "second")):
        assert here("export", run, *asked, "-o", str(tmp_path / f"{name}.npz"))[0] == 0
    found, end, second = (arrays(tmp_path / f"{name}.npz") for name in ("run", "end", "second"))
    assert (end["output.weight"] == found["checkpoint/20/output.weight"]).all()
    # the published weights after one update
    published = [[0.35891648, 0.408666186], [0.511301270, 0.561370121]]
    assert np.abs(second["output.weight"] - published).max() < 5e-9


@pytest.mark.parametrize(
    ("layers", "said"),
    [
        ('[[layers]]\ntype = "dense"\n', "no layer takes .a. of the weights"),
        ('[[layers]]\ntype = "dense"\nfrom = "x"\n', ".x. is not in the weights; expected one of .b., .a."),
        ('[[layers]]\ntype = "dense"\n' * 3, "the weights have no module left with weight"),
        ('layers = [{ type = "dense" }, { type = "dense" }]\n', "on a line of its own"),
        ("", r"has no \[\[layers\]\]"),
        ('[[layers]]\ntype = "dense"\n[[layers]]\ntype = "conv2d"\n', "layer conv: needs channel"),
    ],
)
def test_an_architecture_that_does_not_fit(tmp_path: Path, here: Here, layers: str, said: str) -> None:
    np.savez(tmp_path / "w.npz", **{"b.weight": np.array([[3.0]]), "a.weight": np.array([[2.0]])})
    text = f'{layers}[input]\nvalues = "1"\n'
    (tmp_path / "a.toml").write_text(text, encoding="utf-8")
    file = tmp_path / "c.toml"
    files = [str(tmp_path / name) for name in ("w.npz", "a.toml")]
    message = assert_refused(here("import", *files, "-o", str(file)))
    assert re.search(said, message)
    assert not file.exists()
    assert not (tmp_path / "c-weights.npz").exists()


# --- files that must not be trusted --------------------------------------------------------------------


def test_pickles_are_never_read(tmp_path: Path) -> None:
    for name in ("model.pt", "model.pth", "model.bin", "model.pkl"):
        (tmp_path / name).write_bytes(b"cos\nsystem\n(S'touch /tmp/train/pwned'\ntR.")
        with pytest.raises(NoWeights, match=r"is a pickle, and those are never read; .*numpy.savez"):
            read_state_dict(tmp_path / name)
    np.savez(tmp_path / "objects.npz", w=np.array([{}]))
    with pytest.raises(NoWeights, match="expected whole numbers or floats"):
        read_state_dict(tmp_path / "objects.npz")


@pytest.mark.parametrize(
    ("header", "said"),
    [
        ({"w": {"dtype": "F64", "shape": [3], "data_offsets": [0, 16]}}, "does not fit its place"),
        ({"w": {"dtype": "F64", "shape": [-2], "data_offsets": [0, 16]}}, "does not fit its place"),
        ({"w": {"dtype": "F64", "shape": [10**9], "data_offsets": [0, 8 * 10**9]}}, "does not fit its place"),
        ({"w": {"dtype": "F64", "shape": [3], "data_offsets": [0, 24]}}, "ends before the numbers"),
        ({"w": {"dtype": "X", "shape": [2], "data_offsets": [0, 16]}}, "holds X; expected F64"),
        ({"w": {"shape": [2], "data_offsets": [0, 16]}}, "cannot be read"),
        ({"w": 3}, "cannot be read"),
        ([], "its header is no table"),
        ({}, "has no arrays in it"),
    ],
)
def test_safetensors_that_are_none(tmp_path: Path, header: object, said: str) -> None:
    text = json.dumps(header).encode()
    path = tmp_path / "w.safetensors"
    path.write_bytes(len(text).to_bytes(8, "little") + text + bytes(16))
    with pytest.raises(NoWeights, match=said):
        read_state_dict(path)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
@given(content=st.binary(max_size=80))
def test_any_bytes_are_weights_or_are_refused(tmp_path: Path, content: bytes) -> None:
    good = as_safetensors({"w": np.ones((2, 2))})
    for start in (b"", good[: 8 + len(content)], len(content).to_bytes(8, "little")):
        path = tmp_path / "w.safetensors"
        path.write_bytes(start + content)
        try:
            read_state_dict(path)
        except NoWeights:
            continue


def test_a_training_that_does_not_fit_its_case_is_not_exported(tmp_path: Path, here: Here) -> None:
    run = tmp_path / "run.npz"
    here("train", "two-layer-update", "--save", str(run))
    found = arrays(run)
    for name, array in (
        ("output.weight", np.ones((3, 3))),
        ("no.such", np.ones(2)),
        ("output.name", np.ones(2)),
    ):
        np.savez(run, **{**found, f"checkpoint/20/{name}": array})
        ended = here("export", str(run), "-o", str(tmp_path / "w.npz"))
        if name == "output.weight":
            assert "output.weight is not of the size that its case asks for" in assert_refused(ended)
        else:
            assert ended[0] == 0
