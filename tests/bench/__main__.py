"""`python -m tests.bench`: what things cost, as ratios to floors measured in the same run.

A ratio holds on any machine; the absolute figures beside it are this machine's, now.
"""

import asyncio
import sys
from pathlib import Path

from tests.bench import budget, drawing, emergency, exchange, frames, listing, reaction, screen, wire


def main() -> int:
    """Measure and print."""
    say("Frames: decoding into events, and applying those, beside a bare msgspec decode of the same bytes")
    say(f"{'kind':24} {'frames':>7} {'bare µs':>8} {'wire':>7} {'wire+state':>11}")
    for cost in frames.costs(asyncio.run(frames.record())):
        decoded, both = cost.wire_ns / cost.bare_ns, (cost.wire_ns + cost.state_ns) / cost.bare_ns
        say(f"{cost.kind:24} {cost.frames:7} {cost.bare_ns / 1000:8.2f} {decoded:6.1f}x {both:10.1f}x")
    say_ahead(budget.costs())
    key_s, bare_s = asyncio.run(reaction.key_to_wire())
    say("\nKey to wire: from enter on the question to the cancel's arrival, beside a bare websocket echo")
    say(f"{key_s * 1000:.1f} ms, {key_s / bare_s:.1f}x of {bare_s * 1000:.2f} ms")
    say_wires(*wire.costs())
    say_exits(*emergency.exits())
    say_listed(listing.cost(), listing.frame())
    made = exchange.throughput()
    say("\nSimulated exchange by hand, every pair on three channels, beside json.dumps of the same frames")
    part = made.bare_per_s / made.per_s
    say(f"{made.per_s:,.0f} frames/s on one core, 1/{part:.1f} of {made.bare_per_s:,.0f}")
    say_drawn(*drawing.costs())  # after what a heap full of a screen would slow down
    if not Path("/proc/self/stat").exists():
        say("\nThe rest is measured on Linux only.")
        return 0
    say_served(exchange.served(), exchange.memory())
    demo, bare = screen.demo(), screen.bare()
    say("\nDemo in a terminal, beside a bare Textual app that redraws a screen of numbers 8 times a second")
    say(f"first paint {demo.first_s:.2f} s, {demo.first_s / bare.first_s:.1f}x of {bare.first_s:.2f} s")
    say(f"alive       {demo.alive_s:.2f} s, {demo.alive_s / bare.first_s:.1f}x")
    say(f"processor   {demo.core:.1%} of a core, {demo.core / bare.core:.1f}x of {bare.core:.1%}")
    say(f"SIGTERM     ends it in {demo.end_s:.2f} s, {demo.end_s / bare.end_s:.1f}x of {bare.end_s:.2f} s")
    return 0


def say_wires(costs: list[wire.Wire], bare_s: float) -> None:
    """Print what a flood of market data does to a cancel."""
    say("\nEnter on the question to wire, with a full poll queue, beside the median of a bare websocket echo")
    say(f"{'frames/s':>8} {'p50 ms':>8} {'p99 ms':>8} {'p50 of ' + format(bare_s * 1000, '.2f') + ' ms':>16}")
    for cost in costs:
        half, most = cost.half_s * 1000, cost.most_s * 1000
        say(f"{cost.rate:8,} {half:8.2f} {most:8.2f} {cost.half_s / bare_s:15.1f}x")


def say_exits(ours: emergency.Exit, bare: emergency.Exit) -> None:
    """Print how long the emergency exit takes."""
    say("\nEmergency exit: start of `cancel --all --yes` to its bytes, beside a bare script with httpx")
    say(f"at the exchange {ours.wire_s:.2f} s, {ours.wire_s / bare.wire_s:.1f}x of {bare.wire_s:.2f} s")
    say(f"of that after the first call {(ours.wire_s - ours.called_s) * 1000:.0f} ms")


def say_drawn(many: drawing.Drawn, few: drawing.Drawn) -> None:
    """Print what a long list costs on the screen."""
    say(f"\nReal screen with {drawing.MANY:,} open orders whose prices move, beside one with {drawing.FEW}")
    spans = (("a frame", many.frame_s, few.frame_s), ("a page key until drawn", many.key_s, few.key_s))
    for what, long_s, short_s in spans:
        part = long_s / listing.FRAME_S
        say(f"{what}: {long_s * 1000:.1f} ms, {long_s / short_s:.1f}x of {short_s * 1000:.1f} ms; {part:.0%}")


def say_listed(cost: listing.Cost, frame: listing.Frame) -> None:
    """Print what a long list of orders costs."""
    say(f"\nList of {listing.ORDERS:,} orders: all arranged, beside a bare sort of as many figures")
    ratio, part = cost.arranged_s / cost.bare_s, cost.arranged_s / listing.FRAME_S
    say(
        f"{cost.arranged_s * 1000:.2f} ms, {ratio:.1f}x of {cost.bare_s * 1000:.2f} ms; {part:.0%} of a frame"
    )
    for what, span_s in (("view of all", frame.view_s), ("one word about one of them", frame.word_s)):
        say(f"{what}: {span_s * 1000:.2f} ms, {span_s / listing.FRAME_S:.1%} of a frame")


def say_ahead(cost: budget.Cost) -> None:
    """Print what looking ahead costs for fifty pairs."""
    say("\nLooking ahead on 50 pairs, beside 50 bare integer updates and a frame of 125 ms")
    rows = (
        ("reserve: does a cancel fit", cost.reserve),
        ("the polls of six minutes", cost.ahead),
        ("the forecast of five minutes", cost.forecast),
        ("the plan to cancel 1,000 orders", cost.plan),
    )
    say(f"{'':32} {'ms':>7} {'of a frame':>11} {'of ' + format(cost.bare / 1000, '.1f') + ' µs':>12}")
    for what, ns in rows:
        say(f"{what:32} {ns / 1e6:7.2f} {ns / 1e6 / budget.FRAME_MS:11.1%} {ns / cost.bare:11,.0f}x")


def say_served(served: exchange.Served, hour: exchange.Memory) -> None:
    """Print what the exchange costs as a process."""
    say("\nSimulated exchange at the default rate, five sockets, beside an idle loop and a bare start")
    start = served.first_frame_s / served.bare_start_s
    say(f"first frame {served.first_frame_s:.2f} s, {start:.1f}x of a bare start")
    load = f"{served.core:.1%} of a core for {served.frames_per_s:,.0f} frames/s"
    say(f"processor   {load}, idle {served.idle_core:.1%}")
    grown = f"{(hour.end - hour.warm) / 1e6:+.1f} MB, {hour.end / hour.warm:.2f}x of the first ten minutes"
    say(f"memory      {hour.end / 1e6:.0f} MB after a simulated hour ({hour.real_s:.0f} s): {grown}")


def say(line: str) -> None:
    """Print one line."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
