"""The worst faults, one by one: what is shown stays honest meanwhile and is soon true again."""

import pytest

from tests.whole.faults import (
    PRIVATE,
    SOON_S,
    cancels_sent,
    clear,
    freshness,
    inject,
    is_true,
    private_calls,
    struck,
    through,
    true_again,
    watched,
)

MINUTE = 60

STALE_BY_S = 6


@pytest.mark.anyio
@pytest.mark.parametrize("keep", ["pong", "none"])
async def test_silence_is_shown_as_old_and_nothing_is_false_afterwards(keep: str) -> None:
    """F02, F04: acknowledged, then nothing; pongs do not count."""
    async with watched() as both:
        inject(both, "silence", keep=keep, when={"for": "40s"})
        await through(both, 8)
        assert "live" not in freshness(both)["orders"] | freshness(both)["markets"]
        assert "live" not in {both.feeds()["public"], both.feeds()["private"]}
        await through(both, 33)
        await true_again(both)


@pytest.mark.anyio
async def test_one_silent_channel_is_noticed_and_the_orders_are_true_again() -> None:
    """F03: heartbeats run, executions do not."""
    async with watched() as both:
        number = inject(both, "silence", match={"channel": "executions"}, when={"for": "60s"})
        await through(both, 61)
        assert struck(both, number) > 0
        await true_again(both, within_s=MINUTE + SOON_S)


@pytest.mark.anyio
async def test_routine_closes_are_over_in_seconds() -> None:
    """F05: code 1001 every 20 s."""
    async with watched() as both:
        number = inject(both, "close", code=1001, when={"every": "20s", "for": "119s"})
        await through(both, 120)
        assert struck(both, number) == 6
        clear(both)
        await true_again(both)


@pytest.mark.anyio
async def test_accept_then_close_brings_no_storm() -> None:
    """F06: every connection is closed as soon as it is accepted."""
    async with watched() as both:
        closing = inject(both, "close", code=1013, on="accept")
        inject(both, "close", code=1013)
        await through(both, 240)
        assert 8 < struck(both, closing) <= 60
        clear(both)
        await true_again(both, within_s=30 + SOON_S)


@pytest.mark.anyio
async def test_resets_are_survived() -> None:
    """F07: connections cut without a word."""
    async with watched() as both:
        inject(both, "reset", when={"every": "15s", "for": "60s"})
        await through(both, 61)
        clear(both)
        await true_again(both)


@pytest.mark.anyio
async def test_half_open_sockets_are_replaced() -> None:
    """F01: nobody hangs up, nothing comes; the late burst afterwards changes nothing."""
    async with watched() as both:
        inject(both, "half_open", when={"for": "30s"})
        await both.until(
            lambda: "live" not in freshness(both)["markets"] | freshness(both)["orders"], STALE_BY_S
        )
        await both.until(lambda: set(both.feeds().values()) == {"live"}, SOON_S)
        await through(both, 24)
        await true_again(both)


@pytest.mark.anyio
@pytest.mark.parametrize("effect", ["before", "after"])
@pytest.mark.parametrize("lost", ["silence", "reset"])
async def test_a_cancel_whose_answer_is_lost_is_unknown_and_then_told_truly(effect: str, lost: str) -> None:
    """F32: sent, not answered; never sent twice without proof."""
    async with watched(quiet=True) as both:
        chosen = min(both.true_orders())
        number = inject(
            both,
            "drop_answer",
            match={"method": "cancel_order"},
            when={"times": 1},
            **{"effect": effect, "as": lost},
        )
        seen = len(both.verdicts())
        both.confirm(chosen)
        await through(both, 30)
        assert struck(both, number) == 1
        gone = chosen not in both.true_orders()
        assert gone == (effect == "after")
        assert both.outcomes().get(chosen) in ({"cancelled"} if gone else {"unknown", "not_sent", None})
        assert len(cancels_sent(both, seen)) == 1
        await true_again(both)


@pytest.mark.anyio
async def test_a_hole_in_the_sequence_is_closed_by_a_new_snapshot() -> None:
    """F12: a frame is really lost."""
    async with watched() as both:
        number = inject(both, "skip_seq", lost=True, when={"times": 3, "every": "10s"})
        await through(both, 40)
        assert struck(both, number) == 3
        await true_again(both)


@pytest.mark.anyio
async def test_skipped_numbers_do_not_shake_what_is_shown() -> None:
    async with watched() as both:
        inject(both, "skip_seq", by=3, when={"times": 4, "every": "8s"})
        await through(both, 40)
        await true_again(both)


@pytest.mark.anyio
@pytest.mark.parametrize("name", ["dup", "reorder"])
async def test_doubled_and_overtaking_frames_count_once(name: str) -> None:
    """F13."""
    async with watched() as both:
        number = inject(both, name, match=PRIVATE, when={"for": "60s"})
        await through(both, 61)
        assert struck(both, number) > 10
        await true_again(both)


@pytest.mark.anyio
async def test_rest_a_minute_behind_brings_nothing_back() -> None:
    """F31: polls show what was; the stream shows what is."""
    async with watched() as both:
        number = inject(both, "rest_lag", s="60s")
        for _ in range(150):
            await through(both, 1)
            assert is_true(both)
        assert struck(both, number) > 1


@pytest.mark.anyio
async def test_a_fill_before_the_cancel_is_told_as_filled() -> None:
    """F33."""
    async with watched(quiet=True) as both:
        limits = [one for one, order in both.true_orders().items() if order["type"] == "limit"]
        chosen = min(limits)
        inject(both, "fill_before_cancel")
        both.confirm(chosen)
        await through(both, 12)
        assert both.outcomes() == {chosen: "filled"}
        await true_again(both)


@pytest.mark.anyio
async def test_a_part_that_fills_before_the_cancel_is_not_lost() -> None:
    """F33b."""
    async with watched(quiet=True) as both:
        chosen = min(one for one, order in both.true_orders().items() if order["type"] == "limit")
        inject(both, "fill_before_cancel", part=0.5)
        both.confirm(chosen)
        await through(both, 12)
        assert both.outcomes() == {chosen: "cancelled"}
        line = next(line for line in both.session.journal() if line.order_id == chosen and line.outcome)
        assert "filled" in line.text
        await true_again(both)


@pytest.mark.anyio
async def test_a_success_that_did_nothing_is_not_told_as_cancelled() -> None:
    async with watched(quiet=True) as both:
        chosen = min(both.true_orders())
        inject(both, "cancel_noop", when={"times": 1})
        both.confirm(chosen)
        await through(both, 30)
        assert both.outcomes().get(chosen) != "cancelled"
        assert chosen in both.rows()
        await true_again(both)


@pytest.mark.anyio
async def test_a_batch_that_half_succeeds_is_told_order_by_order() -> None:
    """F33c."""
    async with watched(quiet=True) as both:
        chosen = sorted(both.true_orders())[:6]
        inject(both, "partial_batch", when={"times": 1})
        both.confirm(*chosen)
        await through(both, 40)
        left = set(both.true_orders()) & set(chosen)
        done = {one for one, outcome in both.outcomes().items() if outcome == "cancelled"}
        assert done == set(chosen) - left
        await true_again(both)


@pytest.mark.anyio
async def test_an_end_that_the_stream_forgot_is_found_by_polls() -> None:
    async with watched(quiet=True) as both:
        chosen = min(both.true_orders())
        inject(both, "terminal_missing", when={"times": 1})
        both.exchange.command("account", {"key": "alice", "cancel": {"id": chosen}})
        await through(both, 1)
        await both.until(lambda: chosen not in both.rows(), 3 * MINUTE)
        await true_again(both, within_s=2 * MINUTE)  # what it held is only right again with the next poll


@pytest.mark.anyio
async def test_a_lockout_brings_private_silence() -> None:
    """F24: no private call and no new private connection meanwhile."""
    async with watched() as both:
        inject(both, "lockout", match={"key": "cancel"}, s="900s")
        told = lambda: any(line.kind == "lockout" for line in both.session.journal())  # noqa: E731
        await both.until(told, 90)
        inject(both, "close", match=PRIVATE)
        seen = len(both.verdicts())
        await through(both, 4 * MINUTE)
        assert private_calls(both, seen) == []


@pytest.mark.anyio
async def test_a_throttle_is_kept_to_the_second() -> None:
    """F25: no background call before the time that the exchange named."""
    async with watched() as both:
        number = inject(both, "throttle", s="60s")
        await both.until(lambda: struck(both, number) == 1, 90)
        seen = len(both.verdicts())
        await through(both, 58)
        assert private_calls(both, seen) == []
        await through(both, 60)
        assert private_calls(both, seen) != []
        await true_again(both)


@pytest.mark.anyio
async def test_maintenance_is_shown_and_survived() -> None:
    """F29: nothing is promised meanwhile, and everything is right when it is over."""
    async with watched() as both:
        both.exchange.command("maintenance", {"mode": "maintenance"})
        inject(both, "close", code=1012)
        inject(both, "http", status=503, match={"surface": "spot-ws-private"}, when={"for": "60s"})
        await through(both, 61)
        assert both.session.status(both.clock.mono_ns()).system == "maintenance"
        for mode in ("cancel_only", "post_only", "online"):
            both.exchange.command("maintenance", {"mode": mode})
            await through(both, 20)
            assert both.session.status(both.clock.mono_ns()).system == mode
        await true_again(both, within_s=30 + SOON_S)


@pytest.mark.anyio
async def test_a_cancel_in_maintenance_is_refused_and_in_cancel_only_done() -> None:
    async with watched(quiet=True) as both:
        first, second = sorted(both.true_orders())[:2]
        question = both.question(first)
        both.exchange.command("maintenance", {"mode": "maintenance"})
        both.session.confirm(question)
        await through(both, 12)
        assert first in both.true_orders()
        assert both.outcomes().get(first) in {"refused", "not_sent", None}
        both.exchange.command("maintenance", {"mode": "cancel_only"})
        await through(both, 2)
        both.confirm(second)
        await through(both, 5)
        assert both.outcomes()[second] == "cancelled"


@pytest.mark.anyio
async def test_a_nonce_that_another_program_raised_is_overtaken_once() -> None:
    """F26: one silent retry is enough for a small jump."""
    async with watched() as both:
        inject(both, "nonce_jump", match={"key": "cancel"}, by=1)
        await through(both, 90)
        refused = [call for call in both.verdicts() if call["verdict"] == "EAPI:Invalid nonce"]
        assert len(refused) <= 2
        await true_again(both)


@pytest.mark.anyio
async def test_a_key_taken_over_by_a_finer_unit_is_not_fought_for() -> None:
    """F26: no loop of refused nonces, and never a finer unit of our own."""
    async with watched() as both:
        inject(both, "nonce_jump", match={"key": "cancel"}, unit="ns")
        await through(both, 240)
        refused = [call for call in both.verdicts() if call["verdict"] == "EAPI:Invalid nonce"]
        assert 1 <= len(refused) <= 6


@pytest.mark.anyio
async def test_expired_tokens_cost_one_new_token_a_connection() -> None:
    """F10."""
    async with watched() as both:
        inject(both, "token_expire")
        inject(both, "close", match=PRIVATE)
        seen = len(both.verdicts())
        await through(both, 10)
        assert private_calls(both, seen).count("/0/private/GetWebSocketsToken") == 1
        await true_again(both)


@pytest.mark.anyio
async def test_a_cancel_with_an_expired_token_still_ends_truly() -> None:
    async with watched(quiet=True) as both:
        chosen = min(both.true_orders())
        inject(both, "token_expire")
        both.confirm(chosen)
        await through(both, 20)
        gone = chosen not in both.true_orders()
        assert both.outcomes().get(chosen) in ({"cancelled"} if gone else {"refused", "unknown", "not_sent"})
        await true_again(both)


@pytest.mark.anyio
async def test_hostile_text_never_comes_near_the_screen() -> None:
    """Trap 1 and 2: every text that others may write attacks."""
    async with watched() as both:
        number = inject(both, "hostile_text")
        both.exchange.command("maintenance", {"announce": {"title": "x", "starts": "20m", "lasts": "5m"}})
        inject(both, "close")
        await through(both, 60)
        assert struck(both, number) > 20
        chosen = min(both.rows())
        if chosen in both.true_orders():
            both.confirm(chosen)
        await through(both, 20)
        clear(both)
        await true_again(both)


@pytest.mark.anyio
async def test_foreign_use_of_the_key_is_learnt_from_the_first_refusal() -> None:
    """F22: after it the interval holds the truth again (I4)."""
    async with watched() as both:
        inject(both, "foreign", what="rest", rate=1, match={"key": "cancel"})
        await both.until(
            lambda: any(call["verdict"] == "EAPI:Rate limit exceeded" for call in both.verdicts()), 300
        )
        await through(both, 2)
        gauge = next(g for g in both.session.budget(both.exchange_ns()).gauges if g.name == "rest")
        assert gauge.max - gauge.high < 1  # no headroom is shown
        clear(both)
        await through(both, 60)
        await true_again(both)
