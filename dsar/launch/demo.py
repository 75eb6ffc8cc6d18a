"""`manage.py demo`: the whole product and a shop to try it on, until Ctrl-C."""

import argparse
import json
import os
import shutil
import time
from collections import defaultdict
from pathlib import Path

from dsar.launch import databases, product, progress, shop
from dsar.launch.failure import CannotStart
from dsar.launch.home import Home, free_port, is_free, write_environment
from dsar.launch.launch import Launch
from dsar.launch.messages import compile_all
from dsar.launch.packages import RUN
from dsar.launch.processes import Processes, Program

CUSTOMER = "claire.martin@mail.example, order OJ0000004"  # of the demo shop, with something in every collection
_MAY_END = 3  # times a minute
_WATCH_DELAY = 0.2  # seconds
RIGHTS = {"access": "demo.headless", "erasure": "demo.headless_erasure"}  # and what does it as a person would


def main(root: Path, words: list[str]) -> int:
    """Run the demo of the project in `root` and return the exit code.

    Raises:
        CannotStart: with the sentence for the person at the terminal.
    """
    options = _parser().parse_args(words)
    home = Home(root / ".dsar" / "headless" if options.headless else root / ".dsar")
    lock = home.open()
    launch = Launch.of(root, home)
    try:
        port = free_port() if options.headless else _free(options.port)
        variables = _start(launch, port, headless=options.headless)
        return _try_out(launch, variables, options.right) if options.headless else _serve(launch, variables)
    finally:
        launch.processes.stop_all()
        lock.close()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="manage.py demo", description=__doc__)
    parser.add_argument("--port", type=int, default=8000, help="where the web process listens (default: 8000)")
    parser.add_argument("--headless", action="store_true", help="do the main job once as a person would, say how it went, and end")
    parser.add_argument("--right", choices=RIGHTS, default="access", help="what --headless asks for (default: access)")
    return parser


def _free(port: int) -> int:
    if is_free(port):
        return port
    raise CannotStart(f"Port {port} is in use by another program: end that, or choose another with --port {port + 1}.")


def _start(launch: Launch, port: int, *, headless: bool) -> dict[str, str]:
    """Bring everything up and return the environment that it runs in. `headless` begins with an empty product."""
    home = launch.home
    launch.venv.install(RUN)
    compile_all(launch.root)
    if headless:
        _empty(home)
    shop.start_accounts(launch)
    servers = databases.start(launch, shop.grants(home), throw_away=headless)
    databases.provision(launch, servers, with_shop=True, fresh={"dsar"} if headless else set())
    variables = product.environment(home, servers, port=port) | shop.environment(home, servers)
    shop.build(launch, servers)
    write_environment(home, variables | {"DATABASE_OWNER_URL": servers.owner})
    product.prepare(launch, servers, variables)
    product.start_web(launch, variables, port=port)
    product.await_ready(launch, port=port)  # one after the other: what the person looks at first comes first
    shop.await_accounts(launch)
    product.start_others(launch, variables, shop.for_erasing(home, servers))
    return variables


def _empty(home: Home) -> None:
    for name in ("keys", "vault", "mail", "beat"):
        shutil.rmtree(home.path / name, ignore_errors=True)
    progress.forget(home, *product.STAGES)


def _serve(launch: Launch, variables: dict[str, str]) -> int:
    address = variables["DSAR_BASE_URL"]
    launch.home.remember("address", address)
    officer = json.loads((launch.home.path / product.OFFICER).read_text(encoding="utf-8"))
    print(
        f"\nReady. Ctrl-C ends it.\n\n"
        f"  A customer's form      {address}/o-jewels/  as {CUSTOMER}\n"
        f"  The officer's console  {address}/console/   as {officer['email']}, password {officer['password']}\n"
        f"  The second factor      {address}/demo/code/\n"
        f"  The mail that it sent  {address}/demo/mail/\n",
        flush=True,
    )
    _watch(launch.processes)
    print("Ending …", flush=True)
    return 0


def _watch(processes: Processes) -> None:
    """Until a signal comes, start again what ended.

    Raises:
        CannotStart: something ends again and again.
    """
    ends: defaultdict[str, list[float]] = defaultdict(list)
    while not processes.signals:
        for name in processes.ended:
            now = time.monotonic()
            ends[name] = [moment for moment in ends[name] if moment > now - 60] + [now]
            if len(ends[name]) > _MAY_END:
                raise CannotStart(f"{name} ends again and again: {processes.last_words(name)}")
            print(f"{name} ended; starting it again.", flush=True)
            processes.restart(name)
        time.sleep(_WATCH_DELAY)


def _try_out(launch: Launch, variables: dict[str, str], right: str) -> int:
    """Do the job as a person would. What was erased is gone: the shop is built anew by the start that comes next."""
    if right == "erasure":
        shop.spoil(launch.home)
    place = {"DEMO_HOME": str(launch.home.path / "shop"), "DEMO_STOCK": str(shop.stock(launch.home))}
    program = Program("headless", launch.module(RIGHTS[right]), os.environ | variables | place, launch.root, is_shown=True)
    return launch.processes.run(program)[0]
