"""An account's tier and the exchange's rules, changed while the world runs; counters start anew."""

from typing import TYPE_CHECKING

from krakentui.simulator.accounts import of
from krakentui.simulator.rules import TIERS, RuleSet

if TYPE_CHECKING:
    from krakentui.simulator.world import World


def set_tier(world: "World", name: str, tier: str) -> str:
    """Give an account another tier; give the one it had."""
    accounts = of(world)
    account = accounts.by_name[name]
    was, account.tier = account.tier.name, TIERS[tier]
    judge = accounts.judge
    for key in accounts.programs.values():
        if key.account == name:
            judge.rest.pop(key.public, None)
    for scope in [scope for scope in judge.engine if scope[0] == name]:
        del judge.engine[scope]
    return was


def set_rules(world: "World", rules: RuleSet) -> None:
    """Let the exchange count by another rule set."""
    world.judge.adopt(rules)
    world.public_limiter.burst = rules.public_burst
