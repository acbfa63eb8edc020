"""Letters as files in `<shop>/outbox`, for another program to collect."""

from __future__ import annotations

from dataclasses import asdict

import orjson

from shopmind.kit.errors import StorageError
from shopmind.kit.files import storage_faults, write_whole
from shopmind.operations.messages.deliveries.delivery import Delivery, Handed, Letter
from shopmind.pipeline.parts import NoOptions
from shopmind.shop.postbox import Postbox


class Files(Delivery):
    """One JSON file a letter, whole or not there, readable by the owner alone; its name is the message's id.

    A crash is no riddle here: the file is there or it is not, and writing it again would write the same file.
    """

    Options = NoOptions
    repeatable = True
    at_once = 50

    def __init__(self, options: NoOptions, postbox: Postbox) -> None:
        self._postbox = postbox

    def hand_over(self, letter: Letter) -> Handed:
        """See Delivery."""
        path = self._postbox.letter(letter.channel, letter.message_id)
        try:
            with storage_faults(path.parent):
                path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            write_whole(path, orjson.dumps(asdict(letter), option=orjson.OPT_INDENT_2), mode=0o600)
        except (StorageError, OSError) as error:
            return Handed("retry", f"cannot be written: {type(error).__name__}")
        return Handed("sent")

    def was_handed(self, channel: str, message_id: str) -> bool:
        """See Delivery."""
        return self._postbox.letter(channel, message_id).is_file()

    def close(self) -> None:
        """Nothing is held."""
