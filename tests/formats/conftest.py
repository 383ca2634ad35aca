"""A browser, and the pages of cases; without a browser the tests that need one are skipped, and say so."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from walkthrough.cli import commands


@pytest.fixture(scope="session")
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
