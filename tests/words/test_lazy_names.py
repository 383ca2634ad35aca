from __future__ import annotations

from types import ModuleType

import pytest

import walkthrough
import walkthrough.case


@pytest.mark.parametrize("package", [walkthrough, walkthrough.case])
def test_every_name_that_a_package_offers_is_there(package: ModuleType) -> None:
    assert all(getattr(package, name).__name__ == name for name in package.__all__)


@pytest.mark.parametrize("package", [walkthrough, walkthrough.case])
def test_another_name_is_missed_as_in_any_package(package: ModuleType) -> None:
    with pytest.raises(AttributeError, match=rf"module '{package.__name__}' has no attribute 'lode'"):
        package.lode  # noqa: B018
