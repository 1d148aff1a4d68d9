"""A program of ours that does nothing but cancel orders that never were, over REST, as fast as it may.

Each id is asked for once; a line of JSON tells how each ended. Run as a process by `test_kills`.
"""

import asyncio
import itertools
import json
import os
import random
import sys
from pathlib import Path

from krakentui.commands.choose import endpoints_at
from krakentui.commands.seated import seated
from krakentui.engine.host import Host
from krakentui.engine.lanes import Held, Lane
from krakentui.model.clock import SystemClock
from krakentui.model.error import NotSent, TransportError
from krakentui.model.secret import Credentials, Secret
from krakentui.settings import Settings
from krakentui.wire.spot.rest import Call

AT_ONCE = 3


async def main(endpoint: str, folder: Path) -> None:
    key = Credentials(
        key=os.environ["KRAKENTUI_API_KEY"],
        secret=Secret(os.environ["KRAKENTUI_API_SECRET"]),
        name="test",
        source="a test",
    )
    settings = Settings(
        venue="simulator", endpoints=endpoints_at(endpoint), credentials=key, state_dir=folder, markets=()
    )
    clock, numbers = SystemClock(), itertools.count(1)
    async with (
        seated(settings, clock, "caller", insists=True) as (told, seat, _),
        Host(told, clock, random.Random(), seat=seat) as host,
        asyncio.TaskGroup() as group,
    ):
        lane = host.session._account.shared.lane  # type: ignore[union-attr]
        while lane.held_back is not None:  # until the exchange has told what the key may do
            await lane.wait_for_leave()
        say("began", "owner" if seat is not None and seat.place.is_held else "follower")
        for _ in range(AT_ONCE):
            group.create_task(cancel_for_ever(lane, numbers))


async def cancel_for_ever(lane: Lane, numbers: "itertools.count[int]") -> None:
    while True:
        order_id = f"O{os.getpid():06}-{next(numbers):06}"
        say("asked", order_id)
        try:
            reply = await lane.call(Call("CancelOrder", (("txid", order_id),)), "cancel")
        except Held:
            say("held", order_id)
        except NotSent:
            say("not sent", order_id)
        except TransportError:
            say("lost", order_id)
        else:
            say("answered" if reply.broken is None else "lost", order_id)


def say(what: str, of: str) -> None:
    sys.stdout.write(json.dumps([what, of]) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], Path(sys.argv[2])))
