"""A browser, LaTeX, the pages of cases; what needs one that is missing is skipped, and says so."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from walkthrough.cli import commands


# its event loop runs as long as it is open, and the tests of the apps need one of their own
@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    found = shutil.which("chromium")
    if found is None:
        pytest.skip("no chromium here (apt-get install chromium): the page was tried in no browser")
    with playwright.sync_playwright() as started:
        browser = started.chromium.launch(executable_path=found, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def page_of(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """What a command writes as a page: `page_of("show", "lecture-notes")` is its file."""
    folder = tmp_path_factory.mktemp("pages")

    @cache
    def written(*words: str) -> Path:
        file = folder / f"{len(list(folder.iterdir()))}.html"
        done = CliRunner().invoke(commands, [*words, "--format", "html", "-o", str(file)])
        assert file.exists(), done.output
        return file

    return written


@pytest.fixture
def opened(chromium: Any, page_of: Callable[..., Path]) -> Iterator[Callable[..., Any]]:
    """Opens a command's page; whatever leaves it, and whatever it complains of, fails the test."""
    wrong: list[str] = []
    contexts = []

    def open_(*words: str, at: str = "", script: bool = True, **how: Any) -> Any:
        context = chromium.new_context(java_script_enabled=script, **how)
        contexts.append(context)
        page, file = context.new_page(), page_of(*words)

        def asked(request: Any) -> None:
            if request.url.partition("#")[0] != file.as_uri() and not request.url.startswith("data:"):
                wrong.append(f"asks for {request.url}")

        page.on("request", asked)
        page.on("pageerror", lambda problem: wrong.append(str(problem)))
        page.on(
            "console", lambda said: wrong.append(said.text) if said.type in ("error", "warning") else None
        )
        page.goto(file.as_uri() + at)
        if script and words[0] == "show":
            page.wait_for_function("globalThis.walkthrough")
        return page

    yield open_
    for context in contexts:
        context.close()
    assert wrong == []


@dataclass(frozen=True)
class Set:
    """A document as LaTeX has set it: what went wrong, what ran over the margin, which files were read."""

    errors: list[str]
    too_wide: list[float]
    read: set[Path]
    pages: int


@pytest.fixture(scope="session")
def typeset(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Set]:
    """LaTeX's own word on a document, from a single run without a shell; skipped where there is no LaTeX."""
    program = shutil.which("pdflatex")
    if program is None:
        pytest.skip("no pdflatex here (apt-get install texlive-latex-recommended texlive-fonts-recommended)")

    def run(document: str) -> Set:
        folder = tmp_path_factory.mktemp("latex")
        (folder / "page.tex").write_text(document, encoding="utf-8")
        words = [program, "-interaction=nonstopmode", "-no-shell-escape", "-recorder", "page.tex"]
        subprocess.run(words, cwd=folder, capture_output=True, check=False)
        log = (folder / "page.log").read_text(encoding="latin-1")
        recorded = (folder / "page.fls").read_text(encoding="utf-8").splitlines()
        pages = re.search(r"Output written on page\.pdf \((\d+) page", log)
        return Set(
            re.findall(r"(?m)^! .*", log),
            [float(points) for points in re.findall(r"Overfull \\hbox \(([\d.]+)pt too wide\)", log)],
            {(folder / line[6:]).resolve() for line in recorded if line.startswith("INPUT ")},
            int(pages[1]) if pages else 0,
        )

    return run
