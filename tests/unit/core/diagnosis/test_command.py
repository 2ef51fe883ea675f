"""The diagnosis from a shell."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

from core.diagnosis.__main__ import MOST_BYTES, main
from core.losses import FORMULAS

ROOT = Path(__file__).parents[4]


@pytest.fixture
def batch(tmp_path, monkeypatch):
    """Two rows in float16, the second of which softmax by hand loses, in the current directory."""
    monkeypatch.chdir(tmp_path)
    np.save("logits.npy", np.array([[0.5, 1, 2], [12, 3, 0]], np.float16))
    np.save("targets.npy", np.array([2, 0]))
    return tmp_path


@pytest.mark.usefixtures("batch")
def test_people_get_the_diagnosis_first(capsys):
    assert main(["logits.npy", "targets.npy"]) == 1
    said = capsys.readouterr().out
    assert said.startswith("Softmax by hand and then its log loses 1 of 2 rows in float16, first row 1")
    assert "+ loss = F.cross_entropy(logits.float(), targets)" in said
    assert "Run on this batch: the loss is " in said
    assert "exp overflows in 1 row (1)" in said


@pytest.mark.usefixtures("batch")
def test_nothing_to_complain_of(capsys):
    assert main(["logits.npy", "targets.npy", "--dtype", "float64"]) == 0
    said = capsys.readouterr().out
    assert said.startswith("Nothing fails in float64")
    assert "- loss" not in said


@pytest.mark.usefixtures("batch")
def test_machines_get_json_even_of_inf_and_nan(capsys):
    np.save("logits.npy", np.array([[0, np.nan], [0, 1], [np.inf, 0], [12, -30]], np.float16))
    np.save("targets.npy", np.array([0, 7, 1, 1]))
    assert main(["logits.npy", "targets.npy", "--json", "--ignore-index", "7"]) == 1

    def refuse(word):
        raise AssertionError(f"{word} is not JSON")

    told = json.loads(capsys.readouterr().out, parse_constant=refuse)
    assert told["found"] == "nan among the logits"
    assert told["row"] == 0
    assert told["troubles"]["ignored"] == [1]
    assert told["formulas"]["log_of_softmax"]["failed"] == {
        "inf among the logits": [2],
        "exp overflows": [3],
    }
    assert set(FORMULAS) < set(told["formulas"])
    assert told["own_mean"] == {"loss": "nan", "gradient_finite": False}
    assert told["headroom"]["log of softmax"]["2"] == "nan"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["missing.npy"], "There is no file missing.npy."),
        (["."], ". is a folder, not a file."),
        (["logits.npy"], "logits.npy holds the logits alone: add the targets"),
        (["large.npy"], "at most 67,108,864 are read"),
        (["targets.npy", "targets.npy"], "must be floating point, not int64"),
    ],
)
def test_what_cannot_be_read_gets_a_sentence(batch, capsys, arguments, said):
    with (batch / "large.npy").open("wb") as file:
        file.truncate(MOST_BYTES + 1)
    assert main(arguments) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert said in err


@pytest.mark.parametrize("arguments", [[], ["a.npy", "--dtype", "int8"], ["a.npy", "--ignore-index", "x"]])
def test_a_wrong_option_is_bad_input_too(arguments, capsys):
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2
    assert "usage: python -m core.diagnosis" in capsys.readouterr().err


def test_the_module_runs_as_a_command(batch):
    done = subprocess.run(
        [sys.executable, "-W", "error", "-m", "core.diagnosis", batch / "logits.npy", batch / "targets.npy"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stderr) == (1, "")
    assert "exp(12) is beyond the largest float16" in done.stdout


@pytest.mark.parametrize("option", [(), ("--json",)])
def test_a_reader_who_leaves_early_ends_it_quietly(batch, option):
    """As `| head` does: the pipe is closed before anything is written."""
    reads, writes = os.pipe()
    os.close(reads)
    done = subprocess.run(
        [sys.executable, "-m", "core.diagnosis", batch / "logits.npy", batch / "targets.npy", *option],
        cwd=ROOT,
        stdout=writes,
        stderr=subprocess.PIPE,
        text=True,
    )
    os.close(writes)
    assert (done.returncode, done.stderr) == (128 + signal.SIGPIPE, "")


@pytest.mark.usefixtures("batch")
def test_a_csv_is_float32_unless_one_says_otherwise(capsys):
    Path("a.csv").write_text("a,b,target\n0,60,1\n0,89,1\n")
    assert main(["a.csv", "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["dtype"] == "float32"
    assert torch.get_default_dtype() == torch.float32
