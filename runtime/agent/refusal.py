"""How a command says no."""

from __future__ import annotations

from edgeflow.wire.constants import Status


class Refusal(Exception):
    """Becomes a refusal on the link; `operator` and `tensor` are the indices to blame, -1 for none."""

    def __init__(self, status: Status, text: str, operator: int = -1, tensor: int = -1) -> None:
        super().__init__(text)
        self.status = status
        self.text = text
        self.operator = operator
        self.tensor = tensor
