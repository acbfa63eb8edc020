"""Settings of one shop: a flag over the `SHOPMIND_*` environment over the file shop.toml over the default."""

from __future__ import annotations

import re
import tempfile
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource

from shopmind.kit.errors import InputError, NotFoundError
from shopmind.kit.files import storage_faults, write_whole
from shopmind.stores.lease import changing

FILE = "shop.toml"

_TEMPLATE = """# One shop. Every key has a default; docs/reference/settings.md lists them all.
name = {name}
currency = {currency}
language = {language}
"""


class Settings(BaseSettings):
    """What a shop may be told; unknown keys are refused."""

    model_config = SettingsConfigDict(env_prefix="SHOPMIND_", extra="forbid", frozen=True)

    name: str = Field("shop", description="shown on the page and in reports")
    currency: str = Field("USD", pattern=r"^[A-Z]{3}$", description="ISO 4217 code of prices without one")
    language: Literal["en", "zh"] = Field("en", description="of sentences in reasons, where a request names none")
    encoder: str = Field("auto", description='"auto", "none", or what shopmind.encoders.load takes, such as "minilm"')
    threads: int = Field(2, ge=1, le=256, description="side by side while indexing; a query takes one")
    impressions: Literal["off", "served"] = Field("off", description='"served" writes an impression with each answer')
    attribution: Literal["last_touch", "position_based"] = Field(
        "last_touch", description="which touch of an item has the credit of what follows without a request_id"
    )
    attribution_days: float = Field(7.0, gt=0, le=90, description="how long after it something follows a touch")
    seed: int = Field(0, description="of every fit")
    history: int = Field(5_000, ge=1, le=100_000, description="newest events of one user that the engine looks at")
    personal: bool = Field(True, description="whether what a customer did may move the order of a search")
    sample_users: tuple[str, ...] = Field((), description="user ids the demo page offers; leave empty in a real shop")
    strategy: bool = Field(False, description="whether `shopmind serve` looks after the shop by its strategy.toml")
    training: dict[str, dict[str, Any]] = Field(default_factory=dict, description="recipe → options of its fit")
    serving: dict[str, Any] = Field(
        default_factory=dict, description="what shopmind.serving.ServingSettings may be told"
    )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Flags, then the environment, then the file."""
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls)


def read(folder: Path, **flags: Any) -> Settings:
    """The settings of the shop in `folder`.

    Raises:
        NotFoundError: the folder has no shop.toml.
        InputError: a key or value that is not allowed, with the file and what is.
    """
    path = folder / FILE
    if not path.is_file():
        raise NotFoundError(f"{folder}: not a shop, it has no {FILE}; run: shopmind init {folder}")
    return _read(path, path, **flags)


def _read(file: Path, path: Path, **flags: Any) -> Settings:
    """The settings in `file`; errors speak of `path`."""

    class Read(Settings):
        model_config = SettingsConfigDict(toml_file=file)

    try:
        return Read(**flags)
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(map(str, first["loc"]))
        known = ", ".join(Settings.model_fields)
        hint = f"; allowed keys: {known}" if first["type"] == "extra_forbidden" else ""
        given = f" ({first['input']!r})" if first["type"] != "extra_forbidden" else ""
        raise InputError(f"{path}: {key}: {first['msg']}{given}{hint}", field=key) from error
    except ValueError as error:
        raise InputError(f"{path}: {error}") from error


def write(folder: Path, *, name: str = "shop", currency: str = "USD", language: str = "en", **others: Any) -> None:
    """Writes a new shop.toml: whole, allowed and once, or not at all.

    Raises:
        InputError: the folder is a shop already, or a value is not allowed.
        StorageError: the disk is full or the folder cannot be written.
    """
    path = folder / FILE
    with storage_faults(path):
        folder.mkdir(parents=True, exist_ok=True)
    with changing(path):
        if path.exists():
            raise InputError(f"{path}: the folder is a shop already")
        text = _TEMPLATE.format(name=_toml(name), currency=_toml(currency), language=_toml(language))
        text += "".join(f"{key} = {_toml(value)}\n" for key, value in others.items())
        with tempfile.TemporaryDirectory() as draft, storage_faults(path):
            (Path(draft) / FILE).write_text(text, encoding="utf-8")
            _read(Path(draft) / FILE, path)
        write_whole(path, text.encode())


def _toml(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return repr(value)
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(_toml(each) for each in value) + "]"
    escaped = re.sub(r'["\\]', r"\\\g<0>", str(value)).replace("\n", "\\n")
    return f'"{escaped}"'
