"""What a client's analyst has to set up, on one sheet. In: registration, settings, knowledge. Out: Markdown."""

from __future__ import annotations

from service.knowledge.model import Knowledge
from service.settings import Settings
from service.storage.clients import ClientRow


def build_sheet(row: ClientRow, settings: Settings, knowledge: Knowledge) -> str:
    """The build sheet of one client."""
    raise NotImplementedError
