"""Load a profile: whole, checked, and with the origin of every value, or not at all.

Rules: the layers are default → parents → chosen stages → the profile → environment → command line,
the last one wins; a profile's own value may not fight a chosen stage unless it says `override`; two
tracks may not set one knob differently; relations are checked last, on what is in force.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import cast

from holdfast.config.assigned import Assigned
from holdfast.config.breach import Breach
from holdfast.config.catalogue import CATALOGUE, nearest
from holdfast.config.chain import SUFFIX, Chain, label_of, read_chain
from holdfast.config.errors import ConfigError, quoted
from holdfast.config.knob import Value, spell
from holdfast.config.outside import dropped, from_command_line, from_environment
from holdfast.config.page import Page, fault
from holdfast.config.profile import Env, Notice, Origin, Profile
from holdfast.config.relations import breaches
from holdfast.config.secrets.block import NO_KEYS, Keys, refuse_halves
from holdfast.config.settings import Settings
from holdfast.config.tracks import Track, choose, effective, read_track
from holdfast.config.yaml_strict import Sheet, Spot

Stack = dict[str, tuple[Assigned, ...]]
LIVE_MODES = ("CANARY_LIVE", "LIVE")
NEEDS_LEDGER = ("churner_enabled", "subsidy_enabled")
LAYER_ORDER = ("default", "parent", "stage", "implied", "profile", "environment", "command line")


@dataclass(frozen=True, slots=True)
class Rollout:
    """The stages a profile chose: what they set, and the files that say so."""

    chosen: Mapping[str, str]
    staged: Mapping[str, tuple[Assigned, ...]]
    sheets: tuple[Sheet, ...]


def load_profile(
    name_or_path: str | Path,
    *,
    profiles: Path,
    environ: Mapping[str, str],
    overrides: Mapping[str, str],
) -> Profile:
    """Load one profile that can be run."""
    chain = read_chain(name_or_path, profiles)
    if chain.leaf.abstract:
        raise chain.leaf.fault("abstract", "this profile can only be extended", hint="extend it")
    head = {key: _head(chain, key) for key in ("env", "venue", "symbol")}
    if (head["env"] == "paper") is not (head["venue"] == "paper"):
        problem = f"{head['env']} does not go with venue {head['venue']}"
        allowed = "env paper with venue paper; env staging or live with an exchange"
        page = [page for page in chain.pages if page.env or page.venue][-1]
        key = "env" if page.env else "venue"
        raise page.fault(key, problem, allowed=allowed, hint="change one of them")
    return _compose(chain, head, environ, overrides)


def check_profile(path: Path) -> None:
    """Check one profile file by itself, an abstract one as far as it goes."""
    chain = read_chain(path, path.parent)
    if not chain.leaf.abstract:
        load_profile(path, profiles=path.parent, environ={}, overrides={})
        return
    head = {key: _head_or_nothing(chain, key) for key in ("env", "venue", "symbol")}
    _compose(chain, head, {}, {})


def _compose(
    chain: Chain, head: Mapping[str, str], environ: Mapping[str, str], overrides: Mapping[str, str]
) -> Profile:
    rollout = _rollout(chain)
    _refuse_fights(chain.leaf, rollout)
    from_env, notices = from_environment(environ)
    stack = _stack(_layers(chain, rollout, from_env, from_command_line(overrides)))
    stack, broken = _settle(stack, chain.leaf, head)
    _imply_ledger(stack)
    leaf, keys = chain.leaf, _keys(chain)
    if not leaf.abstract:
        refuse_halves(keys)
        demand_keys(leaf, keys, head["venue"], stack["execution_mode"][-1])
    sheets = (*(page.sheet for page in chain.pages), *rollout.sheets)
    return Profile(
        name=leaf.sheet.path.stem,
        path=leaf.sheet.path,
        runtime=leaf.runtime or leaf.sheet.path.stem,
        env=cast("Env", head["env"]),
        venue=head["venue"],
        symbol=head["symbol"],
        settings=Settings.model_validate(_values(stack)),
        origins=MappingProxyType(
            {key: tuple(each.origin for each in touched) for key, touched in stack.items()}
        ),
        rollout=rollout.chosen,
        warnings=(*notices, *broken),
        files=MappingProxyType({sheet.path: sheet.digest for sheet in sheets}),
        secrets=keys.secrets,
        secret_commands=keys.commands,
        allowed_accounts=keys.accounts,
    )


def demand_keys(leaf: Page, keys: Keys, venue: str, mode: Assigned) -> None:
    """Refuse a profile that can trade for real and does not say with which key."""
    missing = keys.missing_for_live()
    if venue == "paper" or mode.value not in LIVE_MODES or not missing:
        return
    problem = f"is missing, and execution_mode {mode.value} ({mode.origin.where}) needs it"
    hint = {
        "allowed_accounts": "list the fingerprints of the keys it may trade with",
        "secrets": "say where api_key and api_secret are read",
    }
    raise leaf.fault(missing, problem, hint=hint[missing])


def _keys(chain: Chain) -> Keys:
    keys = NO_KEYS
    for page in chain.pages:
        keys = page.keys.over(keys)
    return keys


def _head_or_nothing(chain: Chain, key: str) -> str:
    found = [word for page in chain.pages if (word := str(getattr(page, key)))]
    return found[-1] if found else ""


def _head(chain: Chain, key: str) -> str:
    word = _head_or_nothing(chain, key)
    if not word:
        hint = f"add `{key}:` here or in a parent"
        raise chain.leaf.fault(key, "is missing here and in every parent", hint=hint)
    return word


def _rollout(chain: Chain) -> Rollout:
    choices: dict[str, tuple[Spot, Sheet]] = {}
    for page in chain.pages:
        choices |= {track: (spot, page.sheet) for track, spot in page.rollout.items()}
    staged: Stack = {}
    sheets: list[Sheet] = []
    for name, (spot, chooser) in choices.items():
        track = _track(name, chain.folder, spot, chooser)
        stage = choose(track, spot, chooser)
        sheets.append(track.sheet)
        for key, touched in effective(track, stage.id).items():
            staged[key] = _agree(staged.get(key, ()), touched, spot, chooser)
    chosen = MappingProxyType({name: str(spot.value) for name, (spot, _) in choices.items()})
    return Rollout(chosen, staged, tuple(sheets))


def _track(name: str, folder: Path, spot: Spot, chooser: Sheet) -> Track:
    path = folder / "tracks" / f"{name}{SUFFIX}"
    if not path.is_file():
        names = [each.stem for each in (folder / "tracks").glob(f"*{SUFFIX}")]
        hint = nearest(name, names) or f"use one of {', '.join(sorted(names)) or '(none here)'}"
        raise fault(chooser, spot, f"rollout.{name}", "there is no such track", hint=hint)
    return read_track(path, label_of(path))


def _agree(
    earlier: tuple[Assigned, ...], touched: tuple[Assigned, ...], spot: Spot, chooser: Sheet
) -> tuple[Assigned, ...]:
    if not earlier or earlier[-1].value == touched[-1].value:
        return (*earlier, *touched)
    first, second = earlier[-1], touched[-1]
    raise fault(
        chooser,
        spot,
        f"rollout.{second.origin.name.split()[0]}",
        f"two tracks set {first.key} differently: {spell(first.value)} ({first.origin.where}),"
        f" {spell(second.value)} ({second.origin.where})",
        hint="choose stages that agree",
    )


def _refuse_fights(leaf: Page, rollout: Rollout) -> None:
    for each in leaf.settings:
        touched = rollout.staged.get(each.key)
        if touched and each.key not in leaf.override:
            stage = touched[-1].origin
            raise each.fault(
                f"the chosen stage {quoted(stage.name)} sets it too ({stage.where})",
                hint=f"remove the line, or list {each.key} under `override:`",
            )


def _layers(
    chain: Chain, rollout: Rollout, from_env: tuple[Assigned, ...], typed: tuple[Assigned, ...]
) -> Iterable[Assigned]:
    for knob in CATALOGUE.values():
        yield Assigned(knob.name, knob.default, Origin("default", spell(knob.default)))
    for page in chain.parents:
        yield from page.settings
    for touched in rollout.staged.values():
        yield from touched
    yield from chain.leaf.settings
    yield from from_env
    yield from typed


def _stack(layers: Iterable[Assigned]) -> Stack:
    stack: Stack = {}
    for each in layers:
        stack[each.key] = (*stack.get(each.key, ()), each)
    return stack


def _values(stack: Stack) -> dict[str, Value]:
    return {key: touched[-1].value for key, touched in stack.items()}


def _imply_ledger(stack: Stack) -> None:
    ledger = stack["position_ledger_enabled"]
    causes = [stack[key][-1] for key in NEEDS_LEDGER if stack[key][-1].value is True]
    if causes and len(ledger) == 1:
        cause = causes[0]
        place = cause.origin
        implied = Origin("implied", "true", place.file, place.line, place.column, cause.key)
        stack[ledger[0].key] = (*ledger, Assigned(ledger[0].key, True, implied))


def _settle(stack: Stack, leaf: Page, head: Mapping[str, str]) -> tuple[Stack, tuple[Notice, ...]]:
    notices: list[Notice] = []
    venue, symbol = head["venue"], head["symbol"]
    while breach := next(breaches(_values(stack), venue, symbol), None):
        from_env = [
            stack[key][-1] for key in breach.keys if stack[key][-1].origin.layer == "environment"
        ]
        if not from_env:
            raise _broken(breach, stack, leaf)
        for each in from_env:
            stack[each.key] = tuple(kept for kept in stack[each.key] if kept is not each)
            notices.append(dropped(each, breach.problem))
    return stack, tuple(notices)


def _broken(breach: Breach, stack: Stack, leaf: Page) -> ConfigError:
    said = [stack[key][-1] for key in breach.keys if stack[key][-1].origin.layer != "default"]
    places = ", ".join(f"{each.key}: {each.origin.where}" for each in said)
    problem = f"{breach.problem} ({places})" if places else breach.problem
    culprit = max(said, key=lambda each: LAYER_ORDER.index(each.origin.layer), default=None)
    if culprit is None:
        return leaf.fault("settings", problem, allowed=breach.allowed)
    return culprit.fault(problem, allowed=breach.allowed, hint="change one of them")
