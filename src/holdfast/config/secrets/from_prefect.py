"""Read a secret from a Secret block of the Prefect server, over its HTTP API.

Rules: the package knows no Prefect; it asks the server of PREFECT_API_URL once, at start. A server
that is still starting is waited for, one that does not come is an error and never a hang; what the
server answers is never shown.
"""

import base64
import json
from collections.abc import Mapping
from urllib.parse import urlsplit

import httpx

from holdfast.config.secrets.reference import Reference
from holdfast.config.secrets.secret import Secret
from holdfast.config.secrets.sources import Sources, held

ADDRESS = "PREFECT_API_URL"
REQUEST_SECONDS = 5.0
PAUSE_SECONDS = 0.5
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
NOT_FOUND, LAST_GOOD, STARTING = 404, 299, frozenset({502, 503, 504})


def from_prefect(reference: Reference, sources: Sources) -> Secret:
    """Ask for the block a reference names."""
    block, field = reference.block
    api = sources.environ.get(ADDRESS, "").rstrip("/")
    host = urlsplit(api).hostname
    if not host:
        hint = f"set {ADDRESS}, as `holdfast up` does, or use secret://file/PATH"
        raise reference.place.fault(f"{ADDRESS} names no Prefect server", hint=hint)
    with httpx.Client(
        headers=_who(sources.environ),
        timeout=REQUEST_SECONDS,
        trust_env=host not in LOOPBACK,
    ) as client:
        address = f"{api}/block_types/slug/secret/block_documents/name/{block}"
        answer = _ask(client, address, reference, sources)
    if answer.status_code == NOT_FOUND:
        hint = "make a block of type Secret with this name on the server"
        raise reference.place.fault(f"Prefect has no Secret block {block}", hint=hint)
    if answer.status_code > LAST_GOOD:
        problem = f"Prefect answers {answer.status_code} for the block {block}"
        hint = "see PREFECT_API_KEY or PREFECT_API_AUTH_STRING"
        raise reference.place.fault(problem, hint=hint)
    return held(_value(answer, field, reference), reference.place, f"the block {block}")


def _ask(
    client: httpx.Client, address: str, reference: Reference, sources: Sources
) -> httpx.Response:
    until = sources.clock.monotonic() + sources.server_seconds
    while True:
        try:
            answer = client.get(address, params={"include_secrets": "true"})
            if answer.status_code not in STARTING:
                return answer
            problem = f"answers {answer.status_code}"
        except httpx.HTTPError as error:
            problem = f"cannot be reached ({type(error).__name__})"
        if sources.clock.monotonic() + PAUSE_SECONDS > until:
            raise reference.place.fault(
                f"the Prefect server of {ADDRESS} {problem}",
                hint="start it, or use secret://file/PATH, which needs no server",
            ) from None
        sources.clock.sleep(PAUSE_SECONDS)


def _who(environ: Mapping[str, str]) -> dict[str, str]:
    if plain := environ.get("PREFECT_API_AUTH_STRING"):
        secret = Secret(base64.b64encode(plain.encode()).decode())
        return {"Authorization": f"Basic {secret.reveal()}"}
    if key := environ.get("PREFECT_API_KEY"):
        return {"Authorization": f"Bearer {Secret(key).reveal()}"}
    return {}


def _value(answer: httpx.Response, field: str, reference: Reference) -> bytes:
    try:
        found = answer.json()["data"]["value"]
        if field:
            # A block made by hand holds its fields as the text of a JSON object.
            found = (json.loads(found) if isinstance(found, str) else found)[field]
    except (ValueError, KeyError, TypeError):
        what = f"no field {field}" if field else "no value"
        raise reference.place.fault(f"the block {reference.block[0]} has {what}") from None
    if not isinstance(found, str):
        hint = f"name one of its fields: {reference}/FIELD" if isinstance(found, dict) else ""
        problem = f"the block {reference.block[0]} holds something that is not text"
        raise reference.place.fault(problem, hint=hint)
    return found.encode()
