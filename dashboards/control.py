"""Speak to the desk's control API on this machine: what verbs it knows, and do one.

The token is sent to a loopback address only, and no call waits longer than `PATIENCE` seconds.
Nothing here raises for a desk that is down: it answers with a sentence.
"""

import json
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx

from dashboards.colon import spelled

PATIENCE = 5.0
_TIMEOUT = httpx.Timeout(connect=0.5, read=3.5, write=0.5, pool=0.5)
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


@dataclass(frozen=True, slots=True)
class Desk:
    """Where the control API is."""

    url: str
    token: str


@dataclass(frozen=True, slots=True)
class Verb:
    """One thing the desk can be asked to do."""

    action: str
    help: str
    parameters: tuple[str, ...]
    usage: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of a request, in one sentence."""

    ok: bool
    message: str


def find_desk(published: Path) -> Desk | str:
    """Read control.json beside `published/`; a text says why there is no desk to speak to."""
    try:
        facts = json.loads((published.parent / "control.json").read_text(encoding="utf-8"))
    except FileNotFoundError:
        return "The desk is not running, so it takes no commands."
    except (OSError, ValueError):
        return "control.json cannot be read, so the desk cannot be reached from here."
    facts = facts if isinstance(facts, Mapping) else {}
    url, token = str(facts.get("url", "")), str(facts.get("token", ""))
    if not url or not token:
        return "control.json names no address or no token, so the desk cannot be reached from here."
    if _host(url) not in _LOOPBACK:
        return "control.json names an address that is not this machine; nothing is sent there."
    return Desk(url=url.rstrip("/"), token=token)


def verbs(desk: Desk) -> list[Verb] | str:
    """Ask which verbs there are; a text says why they are not known."""
    try:
        answer = _call(desk, "GET", "/api/verbs")
        listed = answer.json()
    except (httpx.HTTPError, ValueError):
        return "The desk does not answer, so it takes no commands now."
    if answer.is_error:
        return f"The desk refused to list its verbs (HTTP {answer.status_code})."
    if isinstance(listed, Mapping):
        listed = listed.get("verbs", [])
    rows = listed if isinstance(listed, list) else []
    return [_verb(row) for row in rows if isinstance(row, Mapping) and row.get("action")]


def send(desk: Desk, command: Mapping[str, Any]) -> Answer:
    """Ask the desk to do one thing and return its answer."""
    try:
        answer = _call(desk, "POST", "/api/action", command)
    except httpx.TimeoutException:
        text = "The desk did not answer in time; whether it acted is not known. Look at the events."
        return Answer(ok=False, message=text)
    except httpx.HTTPError:
        return Answer(ok=False, message="The desk cannot be reached; nothing was done.")
    try:
        body = answer.json()
    except ValueError:
        body = {}
    body = body if isinstance(body, Mapping) else {}
    said = str(body.get("message") or body.get("detail") or f"HTTP {answer.status_code}")
    return Answer(ok=not answer.is_error and body.get("ok") is not False, message=said)


def parse(line: str, known: list[Verb]) -> dict[str, Any] | str:
    """Read `verb name=value …`, or values in the verb's own order; a text says what is wrong."""
    try:
        words = spelled(shlex.split(line))
    except ValueError:
        return "A quotation mark is open; close it."
    if not words:
        return "Type a verb, for example: pause"
    verb = next((entry for entry in known if entry.action == words[0]), None)
    if verb is None:
        return f"There is no verb {words[0]}. Verbs: {', '.join(v.action for v in known)}."
    command: dict[str, Any] = {"action": verb.action}
    free = [name for name in verb.parameters if not any(w.startswith(f"{name}=") for w in words)]
    for word in words[1:]:
        name, given, value = word.partition("=")
        if not given:
            if not free:
                return f"{verb.action} takes {_takes(verb)}; {word} is one too many."
            name, value = free.pop(0), word
        if name not in verb.parameters:
            return f"{verb.action} takes {_takes(verb)}; it has no {name}."
        command[name] = _value(value)
    return command


def _call(
    desk: Desk, method: str, path: str, body: Mapping[str, Any] | None = None
) -> httpx.Response:
    with httpx.Client(timeout=_TIMEOUT, trust_env=False, follow_redirects=False) as client:
        headers = {"Authorization": f"Bearer {desk.token}"}
        return client.request(method, f"{desk.url}{path}", json=body, headers=headers)


def _host(url: str) -> str:
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return (parts.hostname or "") if parts.scheme == "http" else ""


def _verb(row: Mapping[str, Any]) -> Verb:
    listed = row.get("parameters") or ()
    known = [entry if isinstance(entry, Mapping) else {"name": entry} for entry in listed]
    known = [entry for entry in known if entry.get("name")]
    return Verb(
        action=str(row["action"]),
        help=str(row.get("help") or ""),
        parameters=tuple(str(entry["name"]) for entry in known),
        usage=" ".join(_usage(entry) for entry in known),
    )


def _usage(entry: Mapping[str, Any]) -> str:
    name = str(entry["name"])
    return f"[{name}]" if entry.get("required") is False else name


def _takes(verb: Verb) -> str:
    return ", ".join(verb.parameters) or "no value"


def _value(text: str) -> object:
    if text.lower() in ("true", "false"):
        return text.lower() == "true"
    try:
        return int(text)
    except ValueError:
        return text
