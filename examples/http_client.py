"""Speak to a served shop with the typed client.

Run: shopmind serve FOLDER --open   and, in another terminal:   python examples/http_client.py http://127.0.0.1:8000
A shop with keys wants one: python examples/http_client.py URL KEY
"""

from __future__ import annotations

import sys

from shopmind.client import Client


def main(client: Client) -> None:
    for state in client.scenarios():
        print(f"{state.name}: {'ready' if state.ready else '; '.join(state.missing)}")
    slate = client.search("tea", session="visit-1", n=3, explain=True)
    for hit in slate.hits:
        print(hit.position + 1, hit.item.title, [reason.text for reason in hit.reasons])
    if slate.hits:
        seen = {"type": "click", "item_id": slate.hits[0].item.item_id, "session_id": "visit-1"}
        print("Event:", client.track({**seen, "request_id": slate.request_id, "position": 0})[0].status)


if __name__ == "__main__":
    with Client(sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else None) as opened:
        main(opened)
