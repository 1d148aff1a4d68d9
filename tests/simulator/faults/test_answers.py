"""Faults of REST answers and of websocket requests."""

import json

from krakentui.simulator.accounts import of
from tests.simulator.faults.scene import Rest, Talk, a_world, asked, inject, place, talk_to, tell, wait
from tests.simulator.private import alice


def test_http_answers_in_the_exchanges_place() -> None:
    world = a_world()
    inject(world, "http", status=520)
    answer = asked(world, "Time")
    assert (answer.reply.status, answer.reply.content_type) == (520, "text/html")
    assert world.requests[-1].verdict == "http 520"


def test_http_refuses_handshakes() -> None:
    world = a_world()
    inject(world, "http", match={"path": "/v2"}, status=429)
    reply = world.faults.door("public", "127.0.0.1")
    assert reply is not None
    assert reply.status == 429
    assert b"1015" in reply.body
    assert world.faults.door("private", "127.0.0.1") is None


def test_error_answers_without_doing_anything() -> None:
    world = a_world()
    order = place(world)
    inject(world, "error", match={"path": "*/CancelOrder"}, errors=["EService:Busy"])
    assert Rest(world).error("CancelOrder", txid=order.id) == "EService:Busy"
    assert order.id in alice(world).open


def test_error_can_come_after_the_deed() -> None:
    world = a_world()
    order = place(world)
    inject(world, "error", errors="EGeneral:Internal error", effect="done")
    assert Rest(world).error("CancelOrder", txid=order.id) == "EGeneral:Internal error"
    assert order.id not in alice(world).open


def test_error_refuses_websocket_requests() -> None:
    world = a_world()
    talk = talk_to(world)
    order = place(world)
    talk.take()
    inject(world, "error", match={"method": "cancel_order"}, errors=["EService:Unavailable"])
    said = talk.send("cancel_order", req_id=9, order_id=[order.id])
    assert [(one["req_id"], one["error"], one["success"]) for one in said] == [
        (9, "EService:Unavailable", False)
    ]
    assert order.id in alice(world).open


def test_drop_answer_before_the_effect_does_nothing() -> None:
    world = a_world()
    order = place(world)
    rest = Rest(world)
    inject(world, "drop_answer", match={"path": "*/CancelOrder"}, effect="before")
    rest.call("CancelOrder", txid=order.id)
    assert rest.last.cut == "reset"
    assert order.id in alice(world).open


def test_drop_answer_after_the_effect_has_done_it() -> None:
    world = a_world()
    order = place(world)
    rest = Rest(world)
    inject(world, "drop_answer", match={"path": "*/CancelOrder"}, effect="after", **{"as": "silence"})
    rest.call("CancelOrder", txid=order.id)
    assert rest.last.cut == "silence"
    assert order.id not in alice(world).open


def test_drop_answer_on_a_socket_loses_the_answer_and_keeps_the_stream() -> None:
    world = a_world()
    talk = talk_to(world)
    first, second = place(world), place(world)
    talk.take()
    fault = inject(world, "drop_answer", effect="after", **{"as": "silence"})
    said = talk.send("cancel_order", order_id=[first.id])
    assert [frame.get("channel") for frame in said] == ["executions"]
    tell(world, "faults", clear=fault)
    inject(world, "drop_answer", effect="before", **{"as": "reset"})
    assert talk.send("cancel_order", order_id=[second.id]) == []
    assert talk.resets == 1
    assert second.id in alice(world).open


def test_throttle_tells_until_when_and_then_lets_pass() -> None:
    world = a_world()
    rest = Rest(world)
    inject(world, "throttle", s=30)
    until = world.clock.now_us() // 1_000_000 + 30
    assert rest.error("Balance") == f"EService: Throttled: {until}"
    wait(world, 29)
    assert rest.error("Balance") == f"EService: Throttled: {until}"
    wait(world, 1)
    assert rest.error("Balance") is None
    assert asked(world, "Time").reply.status == 200


def test_delay_makes_answers_late() -> None:
    world = a_world()
    inject(world, "delay", match={"surface": "spot-rest"}, ms=250)
    assert asked(world, "Time").late_us == 250_000


def test_rest_lags_behind_the_stream_by_so_much() -> None:
    world = a_world()
    rest, talk = Rest(world, "full"), talk_to(world)
    order = place(world)
    inject(world, "rest_lag", s="60s")
    wait(world, 60)
    tell(world, "account", cancel={"id": order.id})
    assert talk.take()[-1]["data"][0]["exec_type"] == "canceled"
    for _ in range(3):
        assert order.id in rest.call("OpenOrders")["result"]["open"]
        assert rest.call("QueryOrders", txid=order.id)["result"][order.id]["status"] == "open"
        wait(world, 19)
    wait(world, 5)
    assert order.id not in rest.call("OpenOrders")["result"]["open"]
    assert rest.call("QueryOrders", txid=order.id)["result"][order.id]["status"] == "canceled"


def test_a_lagging_view_is_a_view_only() -> None:
    world = a_world()
    rest = Rest(world)
    inject(world, "rest_lag")
    order = place(world)
    assert order.id not in rest.call("OpenOrders")["result"]["open"]
    assert rest.error("CancelOrder", txid=order.id) is None
    assert of(world).by_name["alice"] is alice(world)
    assert alice(world).closed[order.id].status == "canceled"


def test_a_new_token_is_asked_for_in_vain_when_errors_say_so() -> None:
    world = a_world()
    inject(world, "error", match={"path": "*/GetWebSocketsToken"}, errors=["EService:Unavailable"])
    assert Rest(world).error("GetWebSocketsToken") == "EService:Unavailable"
    talk = Talk(world, program="")
    assert json.loads(talk.frames[0])["channel"] == "status"
