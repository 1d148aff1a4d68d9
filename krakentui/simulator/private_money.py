"""Private REST about money as a whole: what the account is worth, and what its trading costs.

The account is worth its balances at last prices against USD; what has no market there counts nothing.
Nobody trades on margin, so everything of positions is zero.
"""

from fractions import Fraction

from krakentui.simulator.account import Account
from krakentui.simulator.jsontext import digits
from krakentui.simulator.orders import Order
from krakentui.simulator.private_call import Answer, Call, Result, listed
from krakentui.simulator.tables import FEE_VOLUMES, FEES_MAKER, FEES_TAKER, Asset

PLACES = 4
"""Decimals of sums and percentages, whatever the asset: recorded replies."""
VOLUME_ASSET = "ZUSD"


def _trade_balance(call: Call) -> Result | str:
    asset = call.world.find_asset(str(call.params.get("asset") or VOLUME_ASSET))
    if asset is None:
        return "EQuery:Unknown asset"
    rate = call.gate.usd_price(asset.name)
    if not rate:
        return "EQuery:Unknown asset"
    account = call.account
    assets = account.ledger.assets
    whole = sum((_worth(call, account, known) for known in assets.values()), Fraction(0))
    kept = sum(
        (_worth(call, account, known) * Fraction(known.collateral or 0) for known in assets.values()),
        Fraction(0),
    )
    waiting = sum((_unfilled(call, order) for order in account.open.values()), Fraction(0))
    none = digits(0, PLACES)
    collateral = _sum(kept / rate)
    newer: Result = {"mfo": _sum((kept - waiting) / rate)} if call.world.manners.newer_fields else {}
    return {
        "eb": _sum(whole / rate),
        "tb": collateral,
        "m": none,
        "uv": _sum(waiting / rate),
        "n": none,
        "c": none,
        "v": none,
        "e": collateral,
        "mf": collateral,
        **newer,
    }


def _worth(call: Call, account: Account, asset: Asset) -> Fraction:
    wallet = account.wallets.get(asset.name)
    price = call.gate.usd_price(asset.name if wallet is None else wallet.asset)
    return Fraction(account.ledger.balance(asset.name), 10**asset.places) * price


def _unfilled(call: Call, order: Order) -> Fraction:
    """Value the rest of an open order, in USD."""
    pair = order.pair
    price = order.worst_price or order.trigger_price or 0
    cost = Fraction(price * order.remaining, pair.price_unit * pair.qty_unit)
    return cost * call.gate.usd_price(pair.quote.name)


def _trade_volume(call: Call) -> Result | str:
    named = call.params.get("pair")
    spellings = (
        [str(item.get("asset", "")) if isinstance(item, dict) else str(item) for item in named]
        if isinstance(named, list)
        else listed(named)
    )
    pairs = [call.world.find_pair(spelling) for spelling in spellings]
    if None in pairs:
        return "EQuery:Unknown asset pair"
    keys = [pair.rest_id for pair in pairs if pair is not None]
    step = sum(1 for volume in FEE_VOLUMES if volume <= call.account.volume_usd) - 1
    return {
        "currency": VOLUME_ASSET,
        "volume": digits(call.account.volume_usd * 10**PLACES, PLACES),
        "fees": {key: _fees(FEES_TAKER, step) for key in keys} or None,
        "fees_maker": {key: _fees(FEES_MAKER, step) for key in keys} or None,
    }


def _fees(percents: tuple[str, ...], step: int) -> Result:
    more = step + 1 < len(percents)
    return {
        "fee": _percent(percents[step]),
        "minfee": _percent(percents[-1]),
        "maxfee": _percent(percents[0]),
        "nextfee": _percent(percents[step + 1]) if more else None,
        "tiervolume": digits(FEE_VOLUMES[step] * 10**PLACES, PLACES),
        "nextvolume": digits(FEE_VOLUMES[step + 1] * 10**PLACES, PLACES) if more else None,
    }


def _percent(text: str) -> str:
    return _sum(Fraction(text))


def _sum(amount: Fraction) -> str:
    return digits(int(amount * 10**PLACES), PLACES)


ENDPOINTS: dict[str, Answer] = {
    "TradeBalance": _trade_balance,
    "TradeVolume": _trade_volume,
}
