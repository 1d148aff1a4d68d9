"""`python -m krakentui` and the `krakentui` command: one line in, one exit code out."""

import gc
import sys
from collections.abc import Sequence


def main(words: Sequence[str] | None = None) -> int:
    """Run one command and give its exit code; never a traceback."""
    gc.disable()  # loading leaves nothing to collect, and looking for it was a third of a cold start
    from krakentui.commands import guard  # noqa: PLC0415 - as above

    guard.harden()
    try:
        return _run(sys.argv[1:] if words is None else words)
    except SystemExit as done:  # argparse has printed help or the version
        return done.code if isinstance(done.code, int) else 0
    except BaseException as error:  # noqa: BLE001 - the outermost supervisor: every ending gets its sentence
        return guard.ending(error)
    finally:
        gc.enable()
        guard.close_streams()
        if words is None:
            guard.heed_no_signal()


def _run(words: Sequence[str]) -> int:
    from krakentui.commands import guard  # noqa: PLC0415 - as above

    guard.refuse_secrets(words)
    from krakentui.commands.parser import parse  # noqa: PLC0415 - nothing is imported before the check

    given = parse(words)
    from krakentui.commands import run  # noqa: PLC0415 - as above

    code = run(given)
    if sys.stdout is not None:
        sys.stdout.flush()
    return code


if __name__ == "__main__":
    sys.exit(main())
