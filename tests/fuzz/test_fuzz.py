"""Each reader on its seeds, on what once broke it, and on some random inputs."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import settings as effort
from hypothesis import strategies as st

from idp import keyring, settings
from tests.fuzz.house import furnish
from tests.fuzz.targets import TARGETS

CRASHES = Path(__file__).parent / "crashes"


@pytest.fixture(scope="module", autouse=True)
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Settings and keys of this module; those of the other tests afterwards."""
    before, ring = settings.settings._current, keyring._ring
    furnish(tmp_path_factory.mktemp("fuzz"))
    yield
    settings.settings._current, keyring._ring = before, ring


@pytest.mark.parametrize("name", TARGETS)
def test_the_seeds_and_everything_that_once_broke_a_reader(name: str) -> None:
    for seed in TARGETS[name].seeds:
        TARGETS[name].run(seed)
    for crash in sorted((CRASHES / name).glob("*")):
        TARGETS[name].run(crash.read_bytes())


@pytest.mark.parametrize("name", TARGETS)
def test_random_inputs(name: str) -> None:
    target = TARGETS[name]

    @effort(max_examples=150)
    @given(st.binary(max_size=300) | st.text(max_size=200).map(lambda text: text.encode("utf-8", "replace")))
    @example(target.seeds[0])
    def run(data: bytes) -> None:
        target.run(data)

    run()


@pytest.mark.parametrize("name", TARGETS)
def test_mutated_seeds(name: str) -> None:
    target = TARGETS[name]

    @effort(max_examples=150)
    @given(st.sampled_from(target.seeds), st.integers(0, 400), st.integers(0, 4), st.binary(max_size=6))
    def run(seed: bytes, place: int, left_out: int, inserted: bytes) -> None:
        at = place % (len(seed) + 1)
        target.run(seed[:at] + inserted + seed[at + left_out :])

    run()
