"""How long a page takes in a browser: to open, to open a line, to follow a number that is changed.

python tests/benchmarks/web_page.py [CASE]

Chromium (apt-get install chromium) and playwright are needed. Of every tensor three lines are opened, each
until the page is laid out again; the first one includes what a browser does once, such as loading a font.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
import time
from pathlib import Path

from click.testing import CliRunner
from playwright.sync_api import sync_playwright

sys.path.insert(0, str(Path(__file__).parents[2]))

from walkthrough.cli import commands

_OPENED = """() => {
    const page = globalThis.walkthrough, found = [];
    for (const tensor of page.order) for (const place of [0, Math.floor(tensor.size / 3), tensor.size - 1]) {
        const start = performance.now();
        page.show({ tensor, place });
        document.body.offsetHeight;
        found.push([performance.now() - start, tensor.named(place)]);
    }
    return found;
}"""
_CHANGED = """() => {
    const page = globalThis.walkthrough;
    page.go("input-1-1");
    return [1, 2, 3].map((value) => {
        const start = performance.now();
        page.change(String(value));
        document.body.offsetHeight;
        return performance.now() - start;
    });
}"""


def main() -> None:
    name = sys.argv[1] if len(sys.argv) > 1 else "lenet"
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as started:
        file = Path(folder) / "page.html"
        start = time.perf_counter()
        CliRunner().invoke(commands, ["show", name, "--format", "html", "-o", str(file)])
        print(f"written in {time.perf_counter() - start:.2f} s, {file.stat().st_size / 1e6:.2f} MB")
        browser = started.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1400, "height": 1000})
        for _ in range(3):
            start = time.perf_counter()
            page.goto(file.as_uri())
            page.wait_for_function("globalThis.walkthrough")
            print(f"opened in {time.perf_counter() - start:.2f} s")
        opened = sorted(page.evaluate(_OPENED))
        middle, slowest = opened[len(opened) // 2][0], opened[-1]
        within = sum(spent <= 50 for spent, _ in opened)
        print(f"{len(opened)} lines: half within {middle:.0f} ms, {within} within 50 ms, ", end="")
        print(f"the slowest in {slowest[0]:.0f} ms ({slowest[1]})")
        print(f"a change followed in {', '.join(f'{spent:.0f}' for spent in page.evaluate(_CHANGED))} ms")
        browser.close()


if __name__ == "__main__":
    main()
