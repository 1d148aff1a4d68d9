"""The details of one order, made by hand."""

from decimal import Decimal
from fractions import Fraction

from msgspec import structs

from krakentui.model.amend import Amend
from krakentui.model.clock import MILLISECOND, SECOND
from krakentui.model.order import Fill, Trigger
from krakentui.state.details import AmendsView, DetailsView, SentField, SentObject
from krakentui.state.dossier import Seen, Witness
from tests.support import builders
from tests.support.clock import WALL_START
from tests.ui.views import an_order

ID = "OABC12-XYZ34-DEF567"


def heard(
    witness: Witness, what: str, seconds: float = 0, *, said: float | None = None, count: int = 1
) -> Seen:
    """Make one entry of a timeline."""
    wall_ns = WALL_START + round(seconds * SECOND)
    said_ns = None if said is None else WALL_START + round(said * SECOND)
    last_ns = wall_ns + (count - 1) * 30 * SECOND
    return Seen(
        witness=witness, what=what, wall_ns=wall_ns, said_ns=said_ns, count=count, last_wall_ns=last_ns
    )


def a_fill(exec_id: str, seconds: float, **changes: object) -> Fill:
    """Make one execution."""
    fill = structs.replace(
        builders.a_fill(exec_id, ID, "0.10000000", "64000.1", seconds),
        fees=(("USD", Decimal("10.24")),),
        maker=True,
    )
    return structs.replace(fill, **changes)


def unasked(**changes: object) -> AmendsView:
    """Say that nobody has asked for the amends."""
    view = AmendsView(
        state="unasked",
        cost_low=Fraction(1),
        cost_high=Fraction(1),
        used_high=Fraction("7.5"),
        ceiling=Fraction(20),
        may_ask=True,
    )
    return structs.replace(view, **changes)


def told() -> AmendsView:
    """Say what the exchange remembers of the amends."""
    return unasked(
        state="told",
        age_ns=12 * SECOND,
        amends=(
            Amend(
                id="T1",
                kind="original",
                qty=Decimal("0.50000000"),
                limit_price=Decimal(64000),
                said_ns=WALL_START,
            ),
            Amend(
                id="T2",
                kind="user",
                qty=Decimal("0.40000000"),
                remaining=Decimal("0.30000000"),
                limit_price=Decimal("64000.1"),
                reason="User requested",
                post_only=True,
                said_ns=WALL_START + 21 * SECOND + 7 * MILLISECOND,
            ),
        ),
    )


def some_details(**changes: object) -> DetailsView:
    """Make the details of a partly filled stop-limit order of a bot that we tried to cancel."""
    order = structs.replace(
        builders.an_order(ID, type="stop-loss-limit", qty="0.50000000", price="64000.1", filled="0.20000000"),
        trigger=Trigger(price=Decimal("64100.0"), status="triggered"),
        average=Decimal("64000.1"),
        cost=Decimal("12800.02"),
        fee=Decimal("20.48"),
        userref=77,
        cl_ord_id="grid-bot-7",
        time_in_force="GTC",
        amended=True,
        amended_ns=WALL_START + 21 * SECOND,
        hidden_until_ns=WALL_START + 30 * SECOND,
        counts_from_low_ns=WALL_START,
        counts_from_high_ns=WALL_START + 30 * SECOND,
        post_only=True,
    )
    view = DetailsView(
        row=an_order(
            ID,
            type="stop-loss-limit",
            trigger=Decimal("64100.0"),
            trigger_state="triggered",
            filled=Decimal("0.20000000"),
            filled_pct=Decimal(40),
            remaining=Decimal("0.30000000"),
            status="partially_filled",
            protective=True,
        ),
        order=order,
        is_open=True,
        sent=(
            SentObject(
                source="stream",
                fields=(
                    SentField("order_id", ID, SECOND),
                    SentField("exec_type", "trade", SECOND),
                    SentField("order_qty", "0.50000000", 40 * SECOND),
                    SentField("triggers.reference", "last", 40 * SECOND),
                    SentField("brand_new.field", "what nobody has heard of " * 6, 40 * SECOND),
                ),
            ),
            SentObject(source="rest", fields=(SentField("descr.ordertype", "stop-loss-limit", 90 * SECOND),)),
        ),
        fills=(a_fill("TOLD00-00000-000001", -9000, is_history=True), a_fill("TNEW00-00000-000002", 30)),
        fills_lost=0,
        timeline=(
            heard("stream", "in the snapshot: open", 0, said=-600),
            heard("poll", "in the list: open", 2, count=12),
            heard("stream", "amended (User requested): price 64000 → 64000.1", 21, said=20.9),
            heard("ours", "cancel asked for, over the websocket", 25),
            heard("ours", "the exchange says EOrder:Rate limit exceeded", 25.2),
            heard("stream", "filled 0.1 @ 64000.1", 30, said=29.8),
        ),
        timeline_lost=0,
        amends=unasked(),
    )
    return structs.replace(view, **changes)
