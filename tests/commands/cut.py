"""An act in a process of its own, killed before one of its changes to the disk or to the keyring."""

import os
import signal
import sys
import traceback
from collections.abc import Callable

CHANGES = frozenset({"os.rename", "os.remove", "os.link", "subprocess.Popen"})
"""What is about to be done: a file takes its place or goes, a keyring is asked through a child."""


def is_cut(act: Callable[[], object], number: int, signal_: signal.Signals = signal.SIGKILL) -> bool:
    """Do an act up to its change of this number, counted from 0; whether it came so far.

    There it is killed, or has Ctrl-C pressed and ends as it then does.
    """
    child = os.fork()
    if child == 0:
        _act_until(act, number, signal_)
    _, status = os.waitpid(child, 0)
    code = os.waitstatus_to_exitcode(status)
    assert code in {0, -signal_}, code
    return code != 0


def _act_until(act: Callable[[], object], number: int, signal_: signal.Signals) -> None:
    left = [number]

    def hook(event: str, _: tuple[object, ...]) -> None:
        if event in CHANGES:
            left[0] -= 1
            if left[0] == -1 and signal_ is signal.SIGINT:
                raise KeyboardInterrupt
            if left[0] == -1:
                os.kill(os.getpid(), signal_)

    sys.addaudithook(hook)
    try:
        act()
        os._exit(0)
    except KeyboardInterrupt:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        os.kill(os.getpid(), signal.SIGINT)
    except BaseException:  # noqa: BLE001 - nothing of the test goes on in this process
        traceback.print_exc(file=sys.__stderr__)
    os._exit(1)
