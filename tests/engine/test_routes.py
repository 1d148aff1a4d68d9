from hypothesis import given
from hypothesis import strategies as st

from krakentui.budget.route import Route
from krakentui.engine.routes import parcels

ROUTES = st.sampled_from(["socket", "socket batch", "rest", "rest batch"])


@given(st.integers(1, 130), ROUTES)
def test_every_id_goes_exactly_once(count: int, route: Route) -> None:
    ids = [f"O{number}" for number in range(count)]
    assert [one for parcel in parcels(ids, route) for one in parcel.ids] == ids


@given(st.integers(1, 130), ROUTES)
def test_no_batch_is_longer_than_fifty(count: int, route: Route) -> None:
    ids = [f"O{number}" for number in range(count)]
    assert all(len(parcel.ids) <= 50 for parcel in parcels(ids, route))


@given(st.integers(2, 400))
def test_none_of_many_is_left_to_go_alone(count: int) -> None:
    batches = parcels([f"O{number}" for number in range(count)], "socket batch")
    assert {parcel.route for parcel in batches} == {"socket batch"}
    assert min(len(parcel.ids) for parcel in batches) >= min(count, 25)


def test_a_websocket_batch_is_never_of_one() -> None:
    (alone,) = parcels(["A"], "socket batch")
    assert alone.route == "socket"


def test_single_cancels_go_one_id_a_request() -> None:
    assert [parcel.ids for parcel in parcels(["A", "B"], "socket")] == [("A",), ("B",)]


def test_no_road_no_parcel() -> None:
    assert parcels(["A"], "none") == ()
