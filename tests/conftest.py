"""What every test stands on: a clean environment, one event loop, repeatable properties."""

import os

# Before anything of Textual or of ours is imported: the picture of a screen depends on these.
KEPT = frozenset({"KRAKENTUI_SAMPLES", "KRAKENTUI_REQUIRE_SAMPLES"})
for _name in [*os.environ]:
    if _name in {"NO_COLOR", "TEXTUAL_THEME"} or (_name.startswith("KRAKENTUI_") and _name not in KEPT):
        del os.environ[_name]

import pytest  # noqa: E402 - after the environment is clean
from hypothesis import HealthCheck, settings  # noqa: E402 - as above

settings.register_profile(
    "fast",
    derandomize=True,
    deadline=None,
    database=None,
    max_examples=100,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("fast")


@pytest.fixture
def anyio_backend() -> str:
    """Run async tests on asyncio, the only loop the program knows."""
    return "asyncio"
