"""A secret that cannot be shown, compared, pickled or formatted by accident."""

from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Never, final
from unicodedata import normalize

from msgspec import Struct

from krakentui.model.limit import fingerprint
from krakentui.model.trace import Span, Trace, hide, may_hold

STARS = "*****"
_UNMISTAKABLE = 6


@final
class Secret:
    """Holds one secret text; `reveal()` is the only way out."""

    __slots__ = ("_text", "_traces")

    def __init__(self, text: str) -> None:
        """Keep the text."""
        self._text = text
        same = (text, normalize("NFC", text), normalize("NFD", text))  # the exchange's texts are made NFC
        self._traces = tuple(map(Trace, dict.fromkeys(same)))

    def reveal(self) -> str:
        """Hand out the text: called where a request is signed or sent, nowhere else."""
        return self._text

    def hidden_in(self, text: str) -> str:
        """Return a text with this secret starred out, and every part of it that tells much."""
        return Known((self,)).hidden_in(text)

    @property
    def is_unmistakable(self) -> bool:
        """Tell whether no other data holds it by chance, as it may hold a short word or a code of digits."""
        return len(self._text) >= _UNMISTAKABLE and not self._text.isdecimal()

    def __repr__(self) -> str:
        """Show stars."""
        return STARS

    __str__ = __repr__

    def __format__(self, spec: str) -> str:
        """Show stars, whatever the format."""
        return STARS

    def __bool__(self) -> bool:
        """Tell whether there is any text."""
        return bool(self._text)

    def __eq__(self, other: object) -> Never:
        """Refuse: a comparison would leak through timing and through test output."""
        raise TypeError("secrets are not compared")

    __hash__ = None  # type: ignore[assignment]  # a secret is no dictionary key

    def __reduce_ex__(self, protocol: object) -> Never:
        """Refuse: a pickled secret is a leaked secret."""
        raise TypeError("secrets are not pickled")

    def __getstate__(self) -> Never:
        """Refuse, as above."""
        raise TypeError("secrets are not pickled")

    def __copy__(self) -> Never:
        """Refuse, as above."""
        raise TypeError("secrets are not copied")

    def __deepcopy__(self, memo: object) -> Never:
        """Refuse, as above."""
        raise TypeError("secrets are not copied")


@final
class Known:
    """Secrets that are looked for together, which costs hardly more than one."""

    __slots__ = ("_long", "_pieces", "_short")

    def __init__(self, secrets: Iterable[Secret]) -> None:
        """Look for these."""
        traces = [*chain.from_iterable(secret._traces for secret in secrets)]  # noqa: SLF001 - of this module
        self._short = [trace for trace in traces if not trace.is_long]
        self._long = [trace for trace in traces if trace.is_long]
        self._pieces = frozenset(chain.from_iterable(trace.pieces for trace in self._long))

    def hidden_in(self, text: str) -> str:
        """Return a text with all of these secrets starred out, and every part that tells much."""
        return hide(text, self._search, STARS)

    def _search(self, text: str) -> Iterator[Span]:
        for trace in self._short:
            yield from trace.found_in(text)
        if may_hold(text, self._pieces):
            for trace in self._long:
                yield from trace.found_in(text)


class Credentials(Struct, frozen=True, kw_only=True):
    """One API key: the public part, the secret part, the name and the source shown to the user."""

    key: str
    secret: Secret
    name: str
    source: str
    """Where it came from, in words: `the environment`, `the demo`."""
    otp: Secret | None = None
    """The key's second factor, sent with every private REST call; None = it has none."""
    otp_call: str | None = None
    """The one call that it is good for: it is a time code; None = a static password, good for all."""

    @property
    def fingerprint(self) -> str:
        """Tell the first 12 hex digits of the SHA-256 of the public part."""
        return fingerprint(self.key)

    @property
    def is_simulated(self) -> bool:
        """Tell whether it is a key of the simulated exchange: these never leave loopback."""
        return self.key.startswith("SIM-")

    def __repr__(self) -> str:
        """Show the fingerprint only: the public part is private enough to keep off screens and logs."""
        return f"Credentials({self.fingerprint}, {self.source})"

    def __rich_repr__(self) -> list[tuple[str, str]]:
        """Show no more when pretty-printed: msgspec's own would list every field."""
        return [("fingerprint", self.fingerprint), ("source", self.source)]
