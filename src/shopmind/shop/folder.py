"""A shop's folder and everything that is kept in it, opened."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from shopmind import encoders
from shopmind.encoders import TextEncoder
from shopmind.encoders.cache import VectorCache
from shopmind.indexing.documents import FIELDS
from shopmind.kit.clock import Clock
from shopmind.kit.errors import NotFoundError, NotReadyError, StorageError
from shopmind.privacy.pseudonym import Pseudonyms, load_key
from shopmind.settings import Settings
from shopmind.stores.database import ShopDatabase, open_database
from shopmind.stores.folder_artifacts import FolderArtifacts
from shopmind.stores.index_ports import TextIndex, VectorIndex
from shopmind.stores.lease import Lease
from shopmind.stores.ports import Artifacts, Catalogue, Events, Links, Records, Users
from shopmind.stores.tantivy_text import TantivyText
from shopmind.stores.usearch_vectors import UsearchVectors
from shopmind.text.language import detect

DATABASE = "shop.db"
TEXT = "text"
VECTORS = "vectors"
ARTIFACTS = "artifacts"
SCENARIOS = "scenarios"
EXPERIMENTS = "experiments"
REJECTED = "rejected.ndjson"
SECRET = "secret.key"

NO_ENCODER = 'no weights are wanted: the settings say encoder = "none"'

ENCODER = ("state", "encoder")
ENCODER_ARTIFACT = "encoder"
ADAPTED = "adapted-"
WORK = "training"


@dataclass(frozen=True)
class Folder:
    """The stores of one shop.

    Attributes:
        encoder: None when the shop wants none or it cannot be opened; `encoder_missing` says why, "" if neither.
        adapted: version of the artifact that the encoder is; "" for an encoder that is no artifact.
    """

    path: Path
    settings: Settings
    clock: Clock
    database: ShopDatabase
    catalogue: Catalogue
    users: Users
    events: Events
    links: Links
    records: Records
    artifacts: Artifacts
    text_index: TextIndex
    vector_index: VectorIndex
    vector_cache: VectorCache
    lease: Lease
    pseudonyms: Pseudonyms
    encoder: TextEncoder | None
    encoder_missing: str
    adapted: str

    @staticmethod
    def open(path: Path, settings: Settings, clock: Clock) -> Folder:
        """Opens the stores in `path`, making what is not there yet.

        Raises:
            StorageError: a file is corrupt, from a newer version, or cannot be written.
        """
        database = open_database(f"sqlite:///{path / DATABASE}")
        encoder, missing, adapted = _encoder(path, settings, database)
        return Folder(
            path=path,
            settings=settings,
            clock=clock,
            database=database,
            catalogue=database.catalogue,
            users=database.users,
            events=database.events,
            links=database.links,
            records=database.records,
            artifacts=FolderArtifacts(path / ARTIFACTS),
            text_index=TantivyText(path / TEXT, fields=FIELDS),
            vector_index=vector_index(path, encoder, adapted),
            vector_cache=VectorCache(path / VECTORS / "cache.db"),
            lease=Lease(path / "indexer.lease"),
            pseudonyms=Pseudonyms(load_key(path / SECRET)),
            encoder=encoder,
            encoder_missing=missing,
            adapted=adapted,
        )

    @property
    def settled(self) -> bool:
        """Whether the encoder is the one to stay: "auto" cannot decide for an empty catalogue."""
        return self.settings.encoder != "auto" or self.database.records.get(*ENCODER) is not None

    @property
    def outdated(self) -> bool:
        """Whether another adapted encoder has been switched to since this one was opened."""
        return self.settings.encoder == "auto" and serving(self.database) != self.adapted

    def settle(self) -> Folder:
        """The same folder with the encoder that suits what the catalogue holds now, or has been switched to."""
        encoder, missing, adapted = _encoder(self.path, self.settings, self.database)
        index = vector_index(self.path, encoder, adapted)
        return replace(self, encoder=encoder, encoder_missing=missing, adapted=adapted, vector_index=index)

    def close(self) -> None:
        """Closes what holds files open."""
        self.vector_cache.close()
        self.database.close()


def vector_index(path: Path, encoder: TextEncoder | None, adapted: str) -> VectorIndex:
    """The index of an encoder's vectors; each adapted one has a folder of its own, so that it is built beside."""
    version, dimension = (encoder.version, encoder.dimension) if encoder else ("none", 1)
    home = path / VECTORS / f"{ADAPTED}{adapted}" if adapted else path / VECTORS
    return UsearchVectors(home, encoder_version=version, dimension=dimension)


def serving(database: ShopDatabase) -> str:
    """Version of the adapted encoder that answers; "" while a pretrained one does."""
    return str((database.records.get(*ENCODER) or {}).get("adapted", ""))


def pretrained(settings: Settings, database: ShopDatabase) -> str:
    """Spec of the shop's encoder before it was adapted.

    "auto" is decided once, by the share of Chinese in the catalogue, and then kept.
    """
    if settings.encoder != "auto":
        return settings.encoder
    kept = database.records.get(*ENCODER)
    spec = str(kept["spec"]) if kept else encoders.choose(chinese_share(database.catalogue))
    if not kept and database.catalogue.last_change():
        database.records.put(*ENCODER, {"spec": spec})
    return spec


def _encoder(path: Path, settings: Settings, database: ShopDatabase) -> tuple[TextEncoder | None, str, str]:
    """The shop's encoder, why there is none, and the version if it is an adapted one."""
    spec = pretrained(settings, database)
    if spec == "none":
        return None, NO_ENCODER, ""
    adapted = serving(database) if settings.encoder == "auto" else ""
    if adapted:
        spec = f"artifact:{path / ARTIFACTS / ENCODER_ARTIFACT / adapted}"
    try:
        return encoders.load(spec), "", adapted
    except (NotReadyError, NotFoundError, StorageError) as error:
        return None, error.message, adapted


def chinese_share(catalogue: Catalogue, most: int = 2_000) -> float:
    """Share of items whose title is Chinese, of at most `most` items; 0 for an empty catalogue."""
    seen = chinese = 0
    for _, item in catalogue.scan():
        seen += 1
        chinese += (item.language or detect(item.title)) == "zh"
        if seen >= most:
            break
    return chinese / seen if seen else 0.0
