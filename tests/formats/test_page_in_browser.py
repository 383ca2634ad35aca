"""The page in a real browser: stepped through, looked up, changed, printed, and read without its script."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import pytest

from walkthrough.case import load
from walkthrough.case.tables.values import exact
from walkthrough.mathematics.notation import Tensor
from walkthrough.page.lines.narration import Narration
from walkthrough.page.records.ledger import Ledger
from walkthrough.stepper.places.opened import Opened
from walkthrough.stepper.whatif.changes import with_number
from walkthrough.trace.steps.kinds import Ref
from walkthrough.trace.steps.steps import Steps
from walkthrough.trace.trace import Trace, replay

PageOf = Callable[..., Path]
Open = Callable[..., Any]


def marked(page: Any, kind: str) -> set[str]:
    """The numbers that are marked in some way."""
    found: list[str] = page.eval_on_selector_all(f"td.{kind}", "all => all.map(each => each.dataset.cell)")
    return set(found)


def block(name: str, rows: range, columns: range) -> set[str]:
    return {f"{name}[{row},{column}]" for row in rows for column in columns}


# --- going through it ------------------------------------------------------------------------------


def test_arrows_go_from_window_to_window(opened: Open) -> None:
    page = opened("show", "lecture-notes")
    assert not page.is_visible("#bench")
    for _ in range(7):
        page.keyboard.press("ArrowRight")
    assert page.url.endswith("#conv-2-3")
    assert page.inner_text("#where") == "conv[2,3], 7 of 16"
    # a 3×3 window whose first entry is in row 2, column 3, and the whole kernel
    window = block("input", range(2, 5), range(3, 6)) | block("conv.kernel", range(1, 4), range(1, 4))
    assert marked(page, "window") == window
    assert marked(page, "here") == {"conv[2,3]"}
    page.keyboard.press("ArrowLeft")
    assert page.url.endswith("#conv-2-2")
    page.click("text=Next part")
    assert page.url.endswith("#pool-1-1")
    page.keyboard.press("Escape")
    assert not page.is_visible("#bench")


@pytest.mark.parametrize("name", ["lecture-notes", "four-by-four"])
def test_from_the_first_window_to_the_last_update(opened: Open, name: str) -> None:
    trace = replay(load(name))
    given = {"target", "input"} | set(trace.network.given)
    cells = [
        trace.cell_name(each, cell)
        for each, place in trace.places.items()
        if each not in given
        for cell in Tensor(each, place.shape).cells()
    ]
    page = opened("show", name)
    seen = """count => Array.from({ length: count }, () => {
        document.body.dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowRight", bubbles: true }));
        return document.querySelector("#line .line").dataset.cell;
    })"""
    assert page.evaluate(seen, len(cells)) == cells
    assert cells[-1].endswith((".new[4]", ".new[1]", ".new"))
    page.keyboard.press("ArrowRight")
    assert page.inner_text("#where").startswith(cells[-1])


def test_a_link_goes_to_its_number(opened: Open) -> None:
    page = opened("show", "lecture-notes", at="#conv-2-3")
    assert page.inner_text("#where").startswith("conv[2,3]")
    assert page.locator("#conv-2-3").is_visible()
    page.evaluate("location.hash = '#dense-weight-new-2'")
    page.wait_for_function("document.getElementById('where').textContent.startsWith('dense.weight.new[2]')")
    page.evaluate("location.hash = '#conv-1-4-1'")  # leading 1s may be written
    page.wait_for_function("document.getElementById('where').textContent.startsWith('conv[4,1]')")
    page.evaluate("location.hash = '#input-5-4'")
    page.wait_for_function("document.getElementById('where').textContent.startsWith('input[5,4]')")
    page.fill("#cell", "conv.kernel.grad[2,1]")
    page.press("#cell", "Enter")
    assert page.url.endswith("#conv-kernel-grad-2-1")
    page.fill("#cell", "convolution[1]")
    page.press("#cell", "Enter")
    assert page.inner_text("#effect") == "Nothing here is called convolution[1]."


def test_hovering_shows_the_window_and_where_a_number_goes(opened: Open) -> None:
    page = opened("show", "lecture-notes")
    page.hover('td[data-cell="conv[1,2]"]')
    assert marked(page, "window") >= block("input", range(1, 4), range(2, 5))
    assert "input[1,1]" not in marked(page, "window")
    page.hover('td[data-cell="input[2,2]"]')
    used = {cell for cell in marked(page, "used") if cell.startswith("conv[")}
    assert used == block("conv", range(1, 3), range(1, 3))  # windows that begin in rows and columns 1 and 2
    page.mouse.move(0, 0)
    page.focus('td[data-cell="pool[2,2]"]')
    assert marked(page, "window") >= block("conv", range(3, 5), range(3, 5))
    page.focus('td[data-cell="conv.kernel[3,3]"]')
    assert marked(page, "used") >= block("conv", range(1, 5), range(1, 5))


# --- what if ---------------------------------------------------------------------------------------


def answers(trace: Trace) -> dict[str, list[float]]:
    return {
        name: [float(trace.known(name, cell).value) for cell in Tensor(name, place.shape).cells()]
        for name, place in trace.places.items()
    }


def numbers(page: Any) -> dict[str, list[float]]:
    every = "each => [each.name, [...walkthrough.equations.doubles(each)]]"
    found: dict[str, list[float]] = page.evaluate(
        f"Object.fromEntries(walkthrough.equations.tensors.map({every}))"
    )
    return found


@pytest.mark.parametrize(
    "name",
    ["lecture-notes", "four-by-four", "two-conv-network", "multi-channel", "softmax-cross-entropy",
     "transposed-convolution", "two-layer-update"],
)  # fmt: skip
def test_everything_follows_a_number_that_is_changed(opened: Open, name: str) -> None:
    page, case = opened("show", name), load(name)
    trace, random = replay(case), Random(name)
    given = [
        Ref(each, cell)
        for each, place in trace.places.items()
        if place.local == "input" or place.local in trace.network.parameters
        for cell in Tensor(each, place.shape).cells()
    ]
    for _ in range(2):
        ref, text = random.choice(given), f"{random.uniform(-2, 2):.3f}"
        case = with_number(Opened(replay(case)), ref, exact(text))
        page.evaluate("name => walkthrough.go(name)", trace.cell_name(ref.tensor, ref.cell))
        page.fill("#value", text)
        page.press("#value", "Enter")
    expected, found = answers(replay(case)), numbers(page)
    assert found.keys() >= expected.keys()
    for each, values in expected.items():
        assert found[each] == pytest.approx(values, rel=1e-9, abs=1e-9), each


def test_steps_follow_one_another(opened: Open) -> None:
    page, case = (
        opened("show", "two-layer-update", "--steps", "2", at="#hidden-1-2"),
        load("two-layer-update"),
    )
    assert page.inner_text("#where") == "hidden[1]#2, 1 of 2"
    other = replay(with_number(Opened(replay(case)), Ref("input", (0,)), exact("0.2")), steps=2)
    page.evaluate("walkthrough.go('input[1]')")
    page.fill("#value", "0.2")
    page.press("#value", "Enter")
    found = numbers(page)
    for each, values in answers(other).items():
        assert found[each] == pytest.approx(values, rel=1e-9, abs=1e-9), each
    after = float(other.following.known("loss#3", ()).value)
    assert found["loss#3"] == pytest.approx([after], rel=1e-9)
    assert page.locator('[id="loss-3"] .now').text_content() == "(before: 0.2835471331)"
    assert f"≈{after:.10g}" in (page.text_content('[id="loss-3"]') or "")


def test_the_old_value_stands_beside_the_new_one(opened: Open) -> None:
    page = opened("show", "lecture-notes", at="#input-3-3")
    page.fill("#value", "0")
    page.click("text=Work it out")
    # the window of conv[1,1] has input[3,3] in its last place, times 1: 765 + 255
    assert page.text_content("#conv-1-1 .value") == "=1020  (before: 765)"
    for cell in page.locator('td[data-cell="conv[1,1]"]').all():
        assert cell.inner_text().replace("\n", "") == "765 → 1020"
    assert page.locator('td[data-cell="conv[4,4]"] .now').count() == 0  # its window does not reach there
    assert page.inner_text("#effect").startswith("loss ≈ 2.625183227 → ")
    page.fill("#value", "a half")
    page.press("#value", "Enter")
    assert "That is not a number" in page.inner_text("#effect")
    page.click("text=As in the case")
    assert page.locator(".now").count() == 0
    assert page.input_value("#value") == "−255"


def test_a_tie_of_decimals_is_a_tie(opened: Open, tmp_path: Path) -> None:
    # 0.1 + 0.2 and 0.3 are one number, so that the first of them wins; in double precision they are two
    case = tmp_path / "tie.toml"
    case.write_text(
        'learning_rate = "1"\n[input]\nvalues = "0.3 0 0.1 0.2"\n'
        '[[layers]]\ntype = "conv2d"\nkernel = "1 1"\nstride = [1, 2]\n'
        '[[layers]]\ntype = "max_pool2d"\nsize = [1, 2]\n[loss]\ntype = "squared_error"\ntarget = "0"\n'
    )
    page = opened("show", str(case))
    assert numbers(page)["conv.grad"] == pytest.approx([0.3, 0])


# --- large cases -----------------------------------------------------------------------------------


def test_lines_of_lenet_have_the_terminals_digits(opened: Open, page_of: PageOf) -> None:
    assert page_of("show", "lenet").stat().st_size < 2_000_000
    page = opened("show", "lenet", at="#conv2-3-5-7")
    ledger = Ledger(Narration(Steps(replay(load("lenet")))))
    line = "([name, at]) => walkthrough.equations.line(walkthrough.find(name).tensor, at)"
    for name in (
        "conv2",
        "pool2",
        "dense2",
        "relu2.grad",
        "conv2.kernel.grad",
        "pool1.grad",
        "dense2.weight.grad",
    ):
        wanted = [text for several in ledger.lines(name) for text in several]
        for at in (0, len(wanted) // 3, len(wanted) - 1):
            assert page.evaluate(line, [name, at]) == wanted[at]
    # what is opened stands in the page, in formulas, and at hand
    assert page.inner_text("#where") == "conv2[3,5,7], 247 of 1600"
    assert "= −0.589251324" in page.inner_text("#conv2-3-5-7")
    page.evaluate("location.hash = '#conv1-3-5-7'")
    page.wait_for_selector("#conv1-3-5-7 math", state="attached")
    assert page.locator("#conv1-3-5-7 msub").count() == 52  # 25 products of two, a bias, and its own name
    page.evaluate("location.hash = '#conv1-kernel-grad-3-1-2-2'")
    page.wait_for_selector("#conv1-kernel-grad-3-1-2-2", state="attached")
    assert page.locator("#boards canvas").count() == 2


# --- reading it ------------------------------------------------------------------------------------


def test_without_a_script_everything_is_unrolled(opened: Open) -> None:
    page = opened("show", "lecture-notes", at="#conv-2-3", script=False)
    assert page.locator("#conv-2-3").is_visible()
    assert "1275" in page.inner_text("#conv-2-3")
    assert page.locator("text=largest difference").last.is_visible()
    assert not page.is_visible("#bench")
    assert not page.is_visible("#open")


@pytest.mark.parametrize(
    ("words", "scheme"),
    [(("show", "max-pooling"), "light"), (("show", "absolute-error"), "dark"),
     (("check", "lecture-notes"), "light"), (("why", "lecture-notes", "input.grad[4,2]"), "dark"),
     (("derive", "sigmoid-derivative"), "light")],
)  # fmt: skip
def test_axe_finds_nothing(opened: Open, words: tuple[str, ...], scheme: str) -> None:
    axe = pytest.importorskip("axe_core_python.sync_playwright")
    page = opened(*words, color_scheme=scheme)
    if words[0] == "show":
        page.keyboard.press("ArrowRight")
    found = axe.Axe().run(page)["violations"]
    assert [(each["id"], [node["html"][:90] for node in each["nodes"]][:2]) for each in found] == []


@pytest.mark.parametrize(
    ("name", "width"),
    [("lecture-notes", 400), ("lecture-notes", 1400), ("four-by-four", 400), ("two-conv-network", 400)],
)
def test_nothing_is_cut_off(opened: Open, name: str, width: int) -> None:
    page = opened("show", name, viewport={"width": width, "height": 900})
    page.keyboard.press("ArrowRight")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    beyond = """all => all.filter(each => each.getBoundingClientRect().right > innerWidth + 1
        && !each.closest('.scroll, .line > *, figure, #line')).length"""
    assert page.eval_on_selector_all("main *", beyond) == 0


def test_it_prints(opened: Open) -> None:
    page = opened("show", "four-by-four", at="#conv-1-1")
    page.emulate_media(media="print")
    assert not page.is_visible("#bench")
    printed = page.pdf(format="A4")
    assert printed.startswith(b"%PDF")
    assert printed.count(b"/Type /Page\n") > 1


def test_markup_of_a_case_stays_text(opened: Open, tmp_path: Path) -> None:
    case = tmp_path / "hostile.toml"
    title = "</script><script>globalThis.hacked = true</script><b>bold</b>"
    case.write_text(f'title = "{title}"\nsource = "<img src=x onerror=hacked=1>"\n[input]\nvalues = "1 2"\n'
                    '[[layers]]\ntype = "dense"\nweight = "1 -1"\n')  # fmt: skip
    page = opened("show", str(case))
    assert page.inner_text("h1") == title
    assert page.title() == title
    assert page.locator("b:text-is('bold'), img").count() == 0
    assert page.evaluate("globalThis.hacked") is None
