"""A desk without a screen that commits without pause and says what is safe: killed by the crash tests.

``python -m tests.faults.scribe HOME NAME`` prints the number of each request once its unit of work is committed.
"""

from __future__ import annotations

import sys
from pathlib import Path

from conciergedesk.core.paths import knowledge_base
from conciergedesk.requests import service as requests
from conciergedesk.requests.rulebook import load_rulebook
from conciergedesk.requests.service import NewRequest
from tests.conftest import hire
from tests.faults.house import reopened


def main(home: Path, name: str) -> None:
    desk = reopened(home)
    book = load_rulebook(knowledge_base())
    actor = hire(desk, name)
    while True:
        made = desk.act(
            actor, requests.capture, book,
            NewRequest("taxi", requester_name=f"{name} Essai", requester_phone="06 39 98 20 20", place="Gare"),
        )  # fmt: skip
        sys.stdout.write(f"made {made}\n")
        sys.stdout.flush()
        desk.act(actor, requests.claim, book, made)
        sys.stdout.write(f"claimed {made}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
