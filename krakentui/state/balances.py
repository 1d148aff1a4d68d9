"""Totals of one account, joined from the stream and from polls; what is held of them is next door.

The stream names totals only, and its word stands over every poll that REST's lag may explain.
"""

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import Final, Literal

from msgspec import Struct, structs

from krakentui.model.account import Holding
from krakentui.state.holds import ZERO, Holds
from krakentui.state.merge import REST_LAG_NS


class Total(Struct, frozen=True, kw_only=True):
    """What one asset holds, who said so and when (steady time)."""

    total: Decimal
    source: Literal["stream", "poll"]
    seen_ns: int
    spoken_ns: int | None = None
    """When the stream last named it."""
    credit: Decimal = ZERO
    """Credit line less what is used of it."""
    moved: bool = False
    """It changed while we watched: shown even when it is nothing."""


class Funds:
    """All that is believed of the funds of one account."""

    def __init__(self) -> None:
        self._totals: dict[str, Total] = {}
        self.holds: Final = Holds()
        self._whole: set[str] = set()
        self._sure: set[str] = set()
        """Assets of which a poll once showed exactly what the stream's total contains."""
        self._listed: dict[str, Decimal] = {}
        """What REST last listed, wallets apart."""
        self.authoritative = False
        """The stream's snapshot stands."""
        self.polled_ns: int | None = None
        """Steady time at which the last good poll was asked for."""

    @property
    def known(self) -> bool:
        """Tell whether any balance was ever named."""
        return self.authoritative or self.polled_ns is not None or bool(self._totals)

    @property
    def totals(self) -> Mapping[str, Total]:
        """The totals by asset, suffixed assets apart."""
        return self._totals

    def snapshot(self, holdings: Iterable[Holding], t_ns: int) -> None:
        """Take all totals from the stream; assets that only REST names stay."""
        for holding in _by_asset(holdings):
            self._speak(holding.asset, holding.total, t_ns)
        self.authoritative = True
        self._learn_wallets()

    def changed(self, asset: str, total: Decimal, t_ns: int) -> None:
        """Take the new total of one asset from the stream."""
        self._speak(asset, total, t_ns, moved=True)

    def polled(
        self,
        holdings: Iterable[Holding],
        asked_ns: int,
        *,
        orders_stand: bool = True,
        orders_whole: bool = True,
    ) -> None:
        """Take a list of REST, unless a younger one was taken.

        Args:
            holdings: What it names.
            asked_ns: Steady time of the asking.
            orders_stand: The open orders are believed as they were then. Without that a hold that is not
                theirs would be learned from orders that came and went unseen.
            orders_whole: So they were in all the time that a lagging list may show. Without that only
                what the orders explain alone is learned, and what polls go on showing for a minute.
        """
        if self.polled_ns is not None and asked_ns <= self.polled_ns:
            return
        self.polled_ns = asked_ns
        held: dict[str, Decimal] = {}
        listed = {holding.asset: holding for holding in _by_asset(holdings)}
        for asset, holding in listed.items():
            self._list(holding, asked_ns)
            if holding.held is not None:
                plain = main_asset(asset)
                held[plain] = held.get(plain, ZERO) + holding.held
        for asset in [known for known, total in self._totals.items() if total.source == "poll"]:
            if asset not in listed:  # REST lists every asset ever held: one that is not there is nothing
                self._list(Holding(asset=asset, total=ZERO), asked_ns)
        self._listed = {asset: holding.total for asset, holding in listed.items()}
        self._learn_wallets()
        if any(holding.held is not None for holding in listed.values()) or not listed:
            self.holds.polled(held, asked_ns, stand=orders_stand, whole=orders_whole)

    def renamed(self, name: Callable[[str], str]) -> None:
        """Move what was listed under REST's own names (`XXBT`) to the names that are shown."""
        for asset in [known for known in self._totals if name(known) != known]:
            self._totals.setdefault(name(asset), self._totals.pop(asset))
        self.holds.renamed(name)
        self._listed = {name(asset): total for asset, total in self._listed.items()}
        self._learn_wallets()

    def total(self, asset: str) -> Decimal | None:
        """Tell what there is of an asset, flexible rewards (`X.F`) included, locked wallets not."""
        parts = [self._totals[name].total for name in (asset, f"{asset}.F") if name in self._totals]
        if not parts:
            return None
        if asset in self._whole and self._totals[asset].source == "stream":
            return parts[0] - self._elsewhere(asset)
        return sum(parts, ZERO)

    def credit(self, asset: str) -> Decimal:
        """Tell the unused credit of an asset."""
        known = self._totals.get(asset)
        return known.credit if known else ZERO

    def _speak(self, asset: str, total: Decimal, t_ns: int, *, moved: bool = False) -> None:
        known = self._totals.get(asset)
        self._totals[asset] = Total(
            total=total,
            source="stream",
            seen_ns=t_ns,
            spoken_ns=t_ns,
            credit=known.credit if known else ZERO,
            moved=moved or (known is not None and known.moved),
        )

    def _list(self, holding: Holding, asked_ns: int) -> None:
        known = self._totals.get(holding.asset)
        credit = (holding.credit or ZERO) - (holding.credit_used or ZERO)
        spoken_ns = known.spoken_ns if known else None
        stands = spoken_ns is not None and (self.authoritative or asked_ns - spoken_ns < REST_LAG_NS)
        if known is not None and stands:
            agrees = known.total == holding.total
            seen_ns = max(known.seen_ns, asked_ns) if agrees else known.seen_ns
            total, source = known.total, known.source
        else:
            total, source, seen_ns = holding.total, "poll", asked_ns
        self._totals[holding.asset] = Total(
            total=total,
            source=source,
            seen_ns=seen_ns,
            spoken_ns=spoken_ns,
            credit=credit,
            moved=known is not None and known.moved,
        )

    def _learn_wallets(self) -> None:
        """Find out whether the stream's total of an asset contains its other wallets, which REST splits.

        The stream's reference calls its figure the total over wallets; REST lists `X`, `X.F`, `X.B` apart.
        Counted twice, a locked coin would look spendable. Either may speak first, and a trade may lie
        between them, so the nearer reading is taken until one was exact.
        """
        for asset, known in self._totals.items():
            if known.source != "stream" or "." in asset or asset not in self._listed:
                continue
            plain = self._listed[asset]
            everywhere = plain + self._listed.get(f"{asset}.F", ZERO) + self._elsewhere(asset)
            if known.total in {plain, everywhere} and plain != everywhere:
                self._sure.add(asset)
                (self._whole.add if known.total == everywhere else self._whole.discard)(asset)
            elif asset not in self._sure and abs(known.total - everywhere) < abs(known.total - plain):
                self._whole.add(asset)

    def _elsewhere(self, asset: str) -> Decimal:
        locked = [
            known.total
            for name, known in self._totals.items()
            if known.source == "poll" and name.startswith(f"{asset}.") and not name.endswith((".F", ".T"))
        ]
        return sum(locked, ZERO)


def _by_asset(holdings: Iterable[Holding]) -> Iterable[Holding]:
    """Sum what one asset holds in several places: `DOT28.S` and `DOT14.S` are both `DOT.S`."""
    summed: dict[str, Holding] = {}
    for one in holdings:
        other = summed.get(one.asset)
        if other is None:
            summed[one.asset] = one
            continue
        held = None if one.held is None and other.held is None else (one.held or ZERO) + (other.held or ZERO)
        summed[one.asset] = structs.replace(other, total=other.total + one.total, held=held)
    return summed.values()


def main_asset(asset: str) -> str:
    """Give the asset whose row shows this one: `X.F` is spendable and shown with `X`."""
    return asset.removesuffix(".F")
