"""Where a forwarder finds us, and under which EUI it speaks."""

from __future__ import annotations

from dataclasses import dataclass

from ..channels import BoardPlan
from ..radio import Eui


@dataclass(frozen=True)
class Target:
    """The defaults are those of `[lorawan]`."""

    host: str = "127.0.0.1"
    udp_port: int = 1700
    station_port: int = 3001


@dataclass(frozen=True)
class Written:
    """A board with its EUI, ready to be written down."""

    plan: BoardPlan
    eui: Eui
    target: Target = Target()

    @property
    def name(self) -> str:
        return self.plan.card.name


def heading(plan: BoardPlan) -> str:
    """The comment that a file in JSON begins with; forwarders read over it, our check does not."""
    return (
        f"/* {plan.region.id}, set {plan.set}, {plan.card.module} in {plan.card.name}. {NOTE} */\n"
    )


NOTE = "Written by wisgate lora plan. It is written anew; changes get lost."
