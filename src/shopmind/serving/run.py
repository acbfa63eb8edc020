"""Serving for real: uvicorn around one shop and those beside it, stopped so that nothing is cut off."""

from __future__ import annotations

import contextlib
import dataclasses
import gc
import ipaddress
import logging
import os
import tempfile
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from uvicorn.config import STARTUP_FAILURE
from uvicorn.supervisors import Multiprocess

from shopmind import settings as shop_settings
from shopmind import shop as shops
from shopmind.kit import ending, log
from shopmind.kit.errors import InputError
from shopmind.kit.heaps import few_heaps
from shopmind.kit.options import build
from shopmind.kit.threads import one_thread_a_call
from shopmind.operations.strategy import beside as strategy_beside
from shopmind.serving import listening
from shopmind.serving.app import create_app
from shopmind.serving.figures import SHARED_FOLDER
from shopmind.serving.heads import BoundedHeads
from shopmind.serving.settings import ServingSettings
from shopmind.shop import Shop

logger = logging.getLogger("shopmind.serving")

WORKER = "shopmind.serving.run:from_environment"
PLAN = "SHOPMIND_SERVING_PLAN"
"""Environment variable in which the first process tells the others what to serve."""

OF_ONE_SHOP = frozenset({"title", "page_key", "sample_users", "neighbours"})
"""Settings that are about the shop at `/`, not about those beside it."""

LOOPBACK_NAMES = ("localhost", "127.0.0.1", "[::1]")


@dataclass(frozen=True, slots=True)
class Plan:
    """What one serving process serves.

    Attributes:
        folder: of the shop at `/`.
        beside: name → folder of shops served at `/shops/NAME`.
        options: fields of ServingSettings that differ from what the shop says.
    """

    folder: str
    beside: Mapping[str, str] = field(default_factory=dict)
    options: Mapping[str, Any] = field(default_factory=dict)


def serve(
    folder: Path,
    *,
    host: str = "127.0.0.1",
    port: int = 8000,
    processes: int = 1,
    beside: Mapping[str, Path] | None = None,
    stop_after_s: int = 20,
    **options: Any,
) -> None:
    """Serves until SIGINT or SIGTERM; then no request is taken any more, those under way finish, and the shops close.

    Args:
        folder: of the shop at `/`.
        processes: each opens the shop for itself; they share it through its files.
        beside: name → folder of shops served at `/shops/NAME`.
        stop_after_s: how long requests under way may take to finish.
        options: fields of `ServingSettings`.

    Raises:
        InputError: an open shop on an address that others can reach, or a wrong number of processes.
    """
    if options.get("open"):
        if not is_loopback(host):
            raise InputError(f"host: a shop without keys may only be served on a loopback address, not {host!r}")
        options.setdefault("allowed_hosts", LOOPBACK_NAMES)
    if not 1 <= processes <= 64:
        raise InputError(f"processes: {processes} is not between 1 and 64", field="processes")
    names = {name: str(path.resolve()) for name, path in (beside or {}).items()}
    plan = Plan(str(folder.resolve()), names, options)
    config: dict[str, Any] = {
        "host": host,
        "port": port,
        "loop": "auto",
        "http": BoundedHeads,
        "ws": "none",
        "lifespan": "on",
        "log_config": None,
        "access_log": False,
        "server_header": False,
        "timeout_keep_alive": 30,
        "timeout_graceful_shutdown": stop_after_s,
    }
    _quiet()
    looked_after = [
        each for each in (Path(plan.folder), *map(Path, names.values())) if shop_settings.read(each).strategy
    ]
    with ending.in_peace(), strategy_beside.beside(looked_after):
        if processes == 1:
            uvicorn.run(_loaded(plan), **config)
        else:
            _serve_many(plan, processes, config)


def application(plan: Plan) -> Starlette:
    """The shop of a plan with those beside it; the shops are opened now and closed when the server stops."""
    with contextlib.ExitStack() as stack:
        folders = {"": plan.folder, **{f"/shops/{name}": folder for name, folder in plan.beside.items()}}
        opened = {prefix: stack.enter_context(shops.open(Path(folder))) for prefix, folder in folders.items()}
        routes = _routes(opened, plan.options)
        for shop in opened.values():
            shop.warm()
            shop.follow()
        closing = stack.pop_all()

    @contextlib.asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        with closing:
            yield

    return Starlette(routes=routes, lifespan=lifespan)


def _routes(opened: Mapping[str, Shop], options: Mapping[str, Any]) -> list[BaseRoute]:
    """Each shop under its prefix; the one at `/` last, for it takes everything."""
    titles = {prefix: shop.settings.name for prefix, shop in opened.items()}
    routes: list[BaseRoute] = []
    for prefix, shop in sorted(opened.items(), reverse=True):
        neighbours = {titles[other]: _way(prefix, other) for other in opened if other != prefix}
        said = {"title": titles[prefix], "sample_users": shop.settings.sample_users, "neighbours": neighbours}
        flags = {name: value for name, value in options.items() if not prefix or name not in OF_ONE_SHOP}
        routes.append(Mount(prefix, create_app(shop, _settings(shop, said, flags))))
        if prefix:
            routes.insert(0, Route(prefix, _with_slash))
    return routes


def _settings(shop: Shop, said: Mapping[str, Any], flags: Mapping[str, Any]) -> ServingSettings:
    """Flags over the table `[serving]` of the shop's file over what the shop says of itself.

    Raises:
        InputError: an unknown key, a wrong value, or `open`, which only the command may say.
    """
    where = f"{shop.path / 'shop.toml'}: serving"
    if "open" in shop.settings.serving:
        raise InputError(f"{where}.open: a file cannot open a shop; run: shopmind serve SHOP --open", field="open")
    return build(ServingSettings, {**said, **shop.settings.serving, **flags}, where=where)


def _way(here: str, there: str) -> str:
    """From the first page of one shop to that of another, relative, so that it holds behind any proxy."""
    return ("../../" if here else "") + (f"{there[1:]}/" if there else "")


async def _with_slash(request: Request) -> Response:
    """Without the slash at the end the relative addresses of the page would lead elsewhere."""
    return RedirectResponse(f"{request.url.path}/", 308)


def from_environment() -> Starlette:
    """What uvicorn calls in each of several processes."""
    plan = orjson.loads(os.environ[PLAN])
    _quiet()
    return _loaded(Plan(**plan))


def _loaded(plan: Plan) -> Starlette:
    """What is loaded stays until the end: the collector looking through it again and again would hold answers up."""
    few_heaps()
    app = application(plan)
    one_thread_a_call()
    gc.collect()
    gc.freeze()
    return app


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach the address."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def _serve_many(plan: Plan, processes: int, config: Mapping[str, Any]) -> None:
    with tempfile.TemporaryDirectory(prefix="shopmind-figures-") as figures:
        os.environ[SHARED_FOLDER] = figures
        os.environ[PLAN] = orjson.dumps(dataclasses.asdict(plan)).decode()
        try:
            _run_workers(uvicorn.Config(WORKER, factory=True, workers=processes, **config))
        finally:
            del os.environ[SHARED_FOLDER], os.environ[PLAN]


def _run_workers(config: uvicorn.Config) -> None:
    if not listening.SPREADS:
        Multiprocess(config, sockets=[config.bind_socket()]).run()
        return
    try:
        with listening.reserved(config.host, config.port) as config.port:
            own: Any = listening.Own(config.host, config.port)
            Multiprocess(config, sockets=[own]).run()
    except OSError as error:
        logger.error("cannot listen", extra={"fields": {"why": str(error)}})
        raise SystemExit(STARTUP_FAILURE) from error


def _quiet() -> None:
    """JSON lines from us, and from uvicorn only what is wrong."""
    log.configure()
    server = logging.getLogger("uvicorn")
    server.handlers[:] = logging.getLogger("shopmind").handlers
    server.setLevel(logging.WARNING)
    server.propagate = False
