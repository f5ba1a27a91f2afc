"""An option of a module is a table in its catalog entry and a keyword of its constructor."""

from __future__ import annotations

import inspect
from importlib import import_module

import pytest
from source_tree import demand_none

from wisgate.catalog.catalog import load
from wisgate.core.quantities import parse

MODULES = {name: module for name, module in load().modules.items() if module.runs}
"""With a driver; the others promise the options that theirs will have."""
NOT_OPTIONS = {"interval", "self"}


def keywords(name: str) -> dict[str, object]:
    """The keyword-only parameters of a module's constructor, with their defaults."""
    kind = getattr(import_module(f"wisgate.modules.{name}"), name.capitalize())
    return {
        parameter.name: parameter.default
        for parameter in inspect.signature(kind.__init__).parameters.values()
        if parameter.kind is inspect.Parameter.KEYWORD_ONLY and parameter.name not in NOT_OPTIONS
    }


@pytest.mark.parametrize("name", MODULES)
def test_catalog_options_are_keywords_of_the_constructor(name: str) -> None:
    options = {option.name: option for option in MODULES[name].options}
    given = keywords(name)
    wrong = [
        f"{name}: no keyword {o} in the constructor" for o in sorted(set(options) - set(given))
    ]
    for option in options.values():
        default: object = option.default
        if option.dimension:
            default = pytest.approx(parse(str(option.default)).si)
        if option.name in given and given[option.name] != default:
            wrong.append(f"{name}.{option.name}: {option.default} in the catalog,")
            wrong[-1] += f" {given[option.name]} in the constructor"
    demand_none(wrong)


@pytest.mark.parametrize("name", MODULES)
def test_channels_of_the_module_are_those_of_the_catalog(name: str) -> None:
    module = import_module(f"wisgate.modules.{name}")
    channel = import_module("wisgate.core.points").Channel
    values = [v if isinstance(v, tuple) else (v,) for v in vars(module).values()]
    coded = {c for several in values for c in several if isinstance(c, channel)}
    if not MODULES[name].units:
        assert coded == {entry.channel for entry in MODULES[name].channels}
