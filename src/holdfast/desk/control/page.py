"""Write docs/api.md from the table of paths and the table of verbs.

`python tools/api_page.py` writes the page; `make docs` and a test keep it fresh.
"""

from collections.abc import Iterator
from decimal import Decimal
from typing import NoReturn

from holdfast.desk.control.app import PATHS, PATIENCE_SECONDS
from holdfast.desk.control.payload import MOST_BYTES
from holdfast.desk.control.verb_exchange import exchange_verbs
from holdfast.desk.control.verb_legacy import legacy_verbs
from holdfast.desk.control.verb_parameters import Parameter, allowed
from holdfast.desk.control.verbs import Verb, verb_table

_HEAD = """# Control API

Written from the code by `python tools/api_page.py`; do not edit.

A running desk listens on 127.0.0.1 only. `control.json` in the folder of its runtime, mode 0600, says
where: `url`, `token`, `pid`, `runtime`, `started_at`. It goes when the desk stops cleanly. The token is
fresh at each start and is sent as `Authorization: Bearer …`; without it every path but `/healthz` and
`/readyz` answers 401, `/metrics` included. A Host header that is not this machine gets 403, and no
answer permits another origin. `X-Holdfast-Principal` (a short lower-case name) is journaled with a
command as who asked; without it the journal says `api`.

## Paths

Paths are exact. What is not listed is 404, another method is 405.

"""
_MIDDLE = f"""
Answers that are not data are `{{"ok": …, "message": "…"}}`:

| code | meaning |
|---|---|
| 200 | done; `ok` is true |
| 400 | not understood, or refused; the message says why. What was not understood writes nothing, a refused verb is journaled |
| 401, 403 | no token, or not this machine |
| 500 | a fault of ours; the log has it |
| 507 | stopped, but not remembered on disk: a restart would forget it |
| 503 | not ready, or the desk did not begin within {PATIENCE_SECONDS:.0f} s: the command was withdrawn and nothing was done |

A body is one JSON object of at most {MOST_BYTES // 1024} KiB, without NaN or a key named twice. Numbers may also come as
decimal text.

## Verbs

`POST /api/action` with `{{"action": VERB, …}}`; from the command line `holdfast action VERB key=value …`.

"""


def render() -> str:
    """Write the page."""
    paths = [f"| {method} | `{path}` | {meaning} |\n" for method, path, meaning in PATHS]
    verbs = verb_table(Decimal("0.25"), _nobody, dict)
    verbs = (*verbs, *legacy_verbs(_nobody))
    more = exchange_verbs(_nobody)
    return "".join(
        [
            _HEAD,
            "| method | path | what |\n|---|---|---|\n",
            *paths,
            _MIDDLE,
            "| verb | takes | does |\n|---|---|---|\n",
            *_rows(verbs),
            "\nA desk on an exchange has these, too:\n\n",
            "| verb | takes | does |\n|---|---|---|\n",
            *_rows(more),
            "\nThe smallest `set_profit_pct` follows the maker fee; above it is that of the default fee.\n",
        ]
    )


def _nobody() -> NoReturn:
    raise LookupError("a page has no desk")


def _rows(verbs: tuple[Verb, ...]) -> Iterator[str]:
    for verb in verbs:
        takes = "; ".join(_takes(one) for one in verb.parameters) or "nothing"
        yield f"| `{verb.action}` | {takes} | {verb.help} |\n"


def _takes(parameter: Parameter) -> str:
    word = "required" if parameter.required else "optional"
    if parameter.default not in (None, ""):
        word = f"default {str(parameter.default).lower()}"
    return f"`{parameter.name}` ({word}): {allowed(parameter)}. {parameter.help}"
