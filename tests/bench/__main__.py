"""`python -m tests.bench`: what things cost, as ratios to floors measured in the same run.

A ratio holds on any machine; the absolute figures beside it are this machine's, now.
"""

import asyncio
import sys
from pathlib import Path

from tests.bench import frames, reaction, screen


def main() -> int:
    """Measure and print."""
    say("Frames: decoding into events, and applying those, beside a bare msgspec decode of the same bytes")
    say(f"{'kind':24} {'frames':>7} {'bare µs':>8} {'wire':>7} {'wire+state':>11}")
    for cost in frames.costs(asyncio.run(frames.record())):
        wire, both = cost.wire_ns / cost.bare_ns, (cost.wire_ns + cost.state_ns) / cost.bare_ns
        say(f"{cost.kind:24} {cost.frames:7} {cost.bare_ns / 1000:8.2f} {wire:6.1f}x {both:10.1f}x")
    key_s, bare_s = asyncio.run(reaction.key_to_wire())
    say("\nKey to wire: from enter on the question to the cancel's arrival, beside a bare websocket echo")
    say(f"{key_s * 1000:.1f} ms, {key_s / bare_s:.1f}x of {bare_s * 1000:.2f} ms")
    if not Path("/proc/self/stat").exists():
        say("\nThe screen is measured on Linux only.")
        return 0
    demo, bare = screen.demo(), screen.bare()
    say("\nDemo in a terminal, beside a bare Textual app that redraws a screen of numbers 8 times a second")
    say(f"first paint {demo.first_s:.2f} s, {demo.first_s / bare.first_s:.1f}x of {bare.first_s:.2f} s")
    say(f"alive       {demo.alive_s:.2f} s, {demo.alive_s / bare.first_s:.1f}x")
    say(f"processor   {demo.core:.1%} of a core, {demo.core / bare.core:.1f}x of {bare.core:.1%}")
    return 0


def say(line: str) -> None:
    """Print one line."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
