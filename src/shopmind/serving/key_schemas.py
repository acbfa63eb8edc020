"""Keys as they go through the door, as schemas.py does for slates."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from shopmind.serving.schemas import Answer


class KeyQuestion(BaseModel):
    """A key to make."""

    model_config = ConfigDict(extra="forbid")

    role: str = Field(max_length=40, description="public, viewer, merchandiser or admin")
    origins: list[str] = Field(
        [], max_length=50, description="of a public key: web origins (https://shop.example) whose pages may use it"
    )


class KeyAnswer(Answer):
    """What is known of a key; the key itself is not kept."""

    key_id: str = Field(description="its public prefix, as the log names it")
    role: str
    scopes: list[str]
    origins: list[str]
    created_at: str


class KeysAnswer(Answer):
    """Every key, newest first."""

    request_id: str
    keys: list[KeyAnswer]


class NewKeyAnswer(Answer):
    """A key that was made."""

    request_id: str
    key_id: str
    key: str = Field(description="shown this once: the shop keeps only a digest of it")


class RevokedAnswer(Answer):
    """A key that was taken back; running processes follow within a second."""

    request_id: str
    key_id: str


class OwnKeyAnswer(Answer):
    """What the caller may do."""

    request_id: str
    key_id: str = Field(description='"" in a shop that asks for no keys')
    role: str
    scopes: list[str]
    open: bool = Field(description="whether the shop asks for no keys")
    shop: str = Field(description="its name")
