from krakentui.state.parting import Parting
from tests.ui.views import a_switch

LEFT = Parting(unsettled=("O1",), switch=a_switch())
DEMO = Parting(unsettled=("O1",), switch=a_switch(), venue="demo")


def test_an_armed_switch_stays_armed_when_the_program_ends() -> None:
    assert "stays armed" in LEFT.told("alice", at_the_end=True)[1]


def test_the_demos_switch_ends_with_its_exchange() -> None:
    told = " ".join(DEMO.told("alice", at_the_end=True))
    assert "ended with the demo and its exchange" in told
    assert "O1" in told
    assert "krakentui" not in told
    assert "Look at your open orders" not in told


def test_the_demos_exchange_goes_on_after_a_switch_of_keys() -> None:
    assert "stays armed" in DEMO.told("alice")[1]
