"""Both servers answer as the register says, and wherever they differ it says why."""

from collections.abc import Iterator

import pytest

from tests import node, specmap
from tests.validation import probes, register, rigs
from tests.validation.kinds import KINDS
from tests.validation.register import Probe
from tests.validation.server import Server

PROBES = register.probes()
_each = pytest.mark.parametrize("probe", PROBES, ids=lambda probe: probe.id)


@pytest.fixture(scope="module")
def ours(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """This server."""
    with rigs.this_server(tmp_path_factory.mktemp("ours")) as server:
        yield server


@pytest.fixture(scope="module")
def peer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The certified one."""
    with rigs.the_peer(tmp_path_factory.mktemp("peer")) as server:
        yield server


@_each
def test_this_server_answers_as_the_register_says(ours: Server, probe: Probe) -> None:
    assert probes.ask(ours, probe.probe, probe.changes) == probe.answer


@pytest.mark.skipif(bool(node.missing()), reason=node.missing() or "node is here")
@_each
def test_the_peer_answers_as_the_register_says(peer: Server, probe: Probe) -> None:
    assert probes.ask(peer, probe.probe, probe.changes) == probe.peer


def test_every_difference_is_explained() -> None:
    for probe in PROBES:
        differs = probe.answer != probe.peer
        assert differs == (probe.right in ("both", "this server", "the peer")) == ("§" in probe.reason), (
            probe.id
        )


def test_every_question_validates_a_test_and_has_a_name_of_its_own() -> None:
    assert len({probe.id for probe in PROBES}) == len(PROBES)
    assert sorted({probe.check for probe in PROBES} - specmap.tests_that_exist()) == []
    assert {probe.probe for probe in PROBES} == KINDS.keys()
