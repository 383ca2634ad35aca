"""What is kept of a quiz: after every answer, whole; gone on with; and never a file of somebody else's."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from walkthrough.case import load
from walkthrough.quiz.hunting.hunt import Hunt
from walkthrough.quiz.keeping import BrokenFile, Kept, fingerprint, read_kept
from walkthrough.quiz.opening import WantedQuiz, sitting
from walkthrough.quiz.quiz import Quiz

from .games import said

COMMAND = [sys.executable, "-m", "walkthrough", "quiz"]


def run(*arguments: object, typed: str = "") -> subprocess.CompletedProcess[str]:
    """`walkthrough quiz`, with answers from a pipe."""
    return subprocess.run(
        [*COMMAND, *map(str, arguments)], input=typed, capture_output=True, text=True, timeout=60
    )


def opened(file: Path, **wanted: object) -> Quiz:
    """The quiz on four-by-four in a file, as it is opened again."""
    kept = read_kept(file.read_text()) if file.exists() else None
    game = sitting(load("four-by-four"), WantedQuiz(**wanted), kept, file.write_text).game  # type: ignore[arg-type]
    assert isinstance(game, Quiz)
    return game


def cells(quiz: Quiz) -> list[tuple[str, list[str]]]:
    return [(turn.cell, [one.written for one in turn.tries]) for turn in quiz.turns]


def test_going_on_another_day_is_as_if_it_had_never_stopped(tmp_path):
    answers = ["0", "1", "h", "3", "s", "-7", "r", "5", "-3", "2", "q"]
    whole = opened(tmp_path / "whole.json", fade="all")
    lines = said(whole, answers)
    for stop in range(1, len(answers) - 1, 2):
        file = tmp_path / f"{stop}.json"
        said(opened(file, fade="all"), answers[:stop])
        quiz = opened(file)
        rest = said(quiz, answers[stop:])
        assert cells(quiz) == cells(whole)
        assert rest[-8:] == lines[-8:]


def test_it_is_written_before_the_reply_is_seen_so_that_a_kill_loses_nothing(tmp_path):
    file = tmp_path / "mine.json"
    child = subprocess.Popen(
        [*COMMAND, "four-by-four", "--fade", "all", "--save", str(file)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert child.stdin is not None
    assert child.stdout is not None
    given = ["3", "9", "1", "3"]
    for answer in given:
        child.stdin.write(f"{answer}\n")
        child.stdin.flush()
        # the reply to this answer
        while not child.stdout.readline().startswith(("right", "wrong")):
            pass
    os.kill(child.pid, signal.SIGKILL)
    child.wait()
    child.stdin.close()
    child.stdout.close()
    turns = json.loads(file.read_text())["turns"]
    assert [one["written"] for turn in turns for one in turn["tries"]] == given
    ended = run("four-by-four", "--save", file, typed="1\n")
    assert ended.returncode == 0
    assert "going on where it stopped, after 4 answers" in ended.stdout
    assert "conv[1,4] = ?\nright\n" in ended.stdout


def test_a_kill_at_any_moment_leaves_a_whole_file(tmp_path):
    file = tmp_path / "mine.json"
    for wait in (0.0, 0.05):
        child = subprocess.Popen(
            [*COMMAND, "four-by-four", "--fade", "all", "--save", str(file)],
            stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True,
        )  # fmt: skip
        assert child.stdin is not None
        child.stdin.write("4711\n" * 4_000)
        child.stdin.flush()
        before = file.stat().st_ino if file.exists() else None
        while not file.exists() or file.stat().st_ino == before:
            time.sleep(0.005)
        time.sleep(wait)
        os.kill(child.pid, signal.SIGKILL)
        child.wait()
        child.stdin.close()
        opened(file)


def test_a_fresh_case_is_gone_on_with(tmp_path):
    file = tmp_path / "fresh.json"
    said(opened(file, fresh=True, seed=1), ["s"])
    lines = said(opened(file), [])
    assert "(other numbers, seed 1)" in lines[0]
    assert lines[-1] == "0 of 1 right at once, 1 shown"


def test_a_hunt_is_gone_on_with(tmp_path):
    file = tmp_path / "hunt.json"

    def hunt() -> Hunt:
        kept = read_kept(file.read_text()) if file.exists() else None
        wanted = WantedQuiz(seed=3, mistake=True)
        game = sitting(load("four-by-four"), wanted, kept, file.write_text).game
        assert isinstance(game, Hunt)
        return game

    said(hunt(), ["h", "conv[1,1]"])
    again = hunt()
    assert said(again, [again.opened.name(again.sheet.wrong)])[-1] == "the mistake was found: 2 tries, 1 hint"
    assert said(hunt(), ["conv[1,1]"])[-1] == "the mistake was found: 2 tries, 1 hint"


def whole(tmp_path: Path) -> dict[str, object]:
    file = tmp_path / "whole.json"
    said(opened(file, fade="all", seed=1), ["3", "9", "1", "h"])
    table: dict[str, object] = json.loads(file.read_text())
    return table


BREAKS = {
    "not a save": lambda table: {"mine": 1},
    "a list": lambda table: [table],
    "no turns": lambda table: {key: value for key, value in table.items() if key != "turns"},
    "turns are a text": lambda table: {**table, "turns": "many"},
    "a turn is a number": lambda table: {**table, "turns": [1]},
    "a wrong number taken as right": lambda table: _with(table, written="5"),
    "no number taken as right": lambda table: _with(table, written="abc"),
    "an unknown verdict": lambda table: _with(table, verdict="perfect"),
    "a very long answer": lambda table: _with(table, written="1" * 5_000),
    "another cell": lambda table: {**table, "turns": [{**table["turns"][0], "cell": "conv[9,9]"}]},
    "minus hints": lambda table: {**table, "turns": [{**table["turns"][0], "hints": -1}]},
    "an unknown fading": lambda table: {**table, "fade": "sideways"},
    "a seed that is true": lambda table: {**table, "seed": True},
    "another case": lambda table: {**table, "of": "0" * 64},
    "a fresh case that is none": lambda table: {**table, "fresh": "title = "},
    "open and gone on": lambda table: {
        **table,
        "turns": [{**table["turns"][0], "tries": []}, *table["turns"]],
    },
}


def _with(table: dict, **changed: str) -> dict:
    (first, *rest) = table["turns"]
    return {**table, "turns": [{**first, "tries": [{**first["tries"][0], **changed}]}, *rest]}


@pytest.mark.parametrize("broken", BREAKS)
def test_a_broken_file_is_refused(tmp_path, broken):
    table = whole(tmp_path)
    text = json.dumps(BREAKS[broken](table))
    with pytest.raises(BrokenFile):
        sitting(load("four-by-four"), WantedQuiz(), read_kept(text), lambda text: None)


@pytest.mark.parametrize(
    "content",
    ["", "title = 'mine'\n", "[" * 100_000, '{"format": "walkthrough quiz 1"}', "1" * 5_000, "null"],
    ids=["empty", "toml", "deep", "half", "digits", "null"],
)
def test_a_text_that_no_quiz_has_written_is_refused(content):
    with pytest.raises(BrokenFile):
        read_kept(content)


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b"title = 'mine'\n"], ids=["bytes", "toml"])
def test_a_broken_file_is_exit_2_and_stays_as_it_is(tmp_path, content):
    file = tmp_path / "mine.json"
    file.write_bytes(content)
    ended = run("four-by-four", "--save", file, typed="3\n")
    assert ended.returncode == 2
    assert "mine.json" in ended.stderr
    assert "Traceback" not in ended.stderr
    assert ended.stdout == ""
    assert file.read_bytes() == content


def test_a_place_that_cannot_be_written_is_told_before_anybody_has_answered(tmp_path):
    ended = run("max-pooling", "--save", tmp_path / "no" / "folder.json", typed="3\n")
    assert (ended.returncode, ended.stdout) == (2, "")
    assert "no/folder.json cannot be written" in ended.stderr


def test_the_case_itself_is_never_written_over(tmp_path):
    case = tmp_path / "mine.toml"
    case.write_text(load("four-by-four").toml)
    ended = run(case, "--save", case, typed="3\n")
    assert ended.returncode == 2
    assert case.read_text() == load("four-by-four").toml


@pytest.mark.parametrize(
    "wanted",
    [WantedQuiz(fade="backward"), WantedQuiz(seed=2), WantedQuiz(fresh=True), WantedQuiz(mistake=True)],
    ids=["--fade", "--seed", "--fresh", "--find-the-mistake"],
)
def test_other_options_than_it_was_begun_with_are_refused(wanted, request):
    kept = Kept("four-by-four", fingerprint(load("four-by-four")), 1, None, "all", False)
    with pytest.raises(BrokenFile, match=f"leave {request.node.callspec.id} out"):
        sitting(load("four-by-four"), wanted, kept, lambda text: None)
    sitting(load("four-by-four"), WantedQuiz(fade="all", seed=1), kept, lambda text: None)


def test_what_is_written_is_what_is_read():
    kept = Kept("case", "0" * 64, 3, None, "forward", False)
    assert read_kept(kept.text) == kept
