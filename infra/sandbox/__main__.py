"""`python -m sandbox --port 8900 --h5-target URL`: serves on this machine only."""

import argparse
import contextlib
import logging
import sys
from pathlib import Path
from types import FrameType
from typing import Any

import uvicorn

from sandbox.app import create_app
from sandbox.config import DEFAULTS, load


class _Server(uvicorn.Server):
    """Ends the pages' open streams first, so that it stops at once and quietly."""

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        application: Any = self.config.app
        application.state.stream.close()
        super().handle_exit(sig, frame)


def main() -> None:
    """Read the command line and serve until interrupted."""
    parser = argparse.ArgumentParser(prog="sandbox", description=__doc__)
    parser.add_argument("--port", type=int, default=8900)
    parser.add_argument("--h5-target", default="", help="Pond's API address with its stage, shown under /h5")
    parser.add_argument("--oa-callback", default="", help="Pond's callback address for the official account")
    parser.add_argument("--wecom-callback", default="", help="Pond's callback address for WeCom")
    parser.add_argument("--youzan-callback", default="", help="Pond's address for the shop's pushes")
    parser.add_argument("--sms-callback", default="", help="Pond's address for Tencent's receipts of text messages")
    parser.add_argument("--credentials", type=Path, default=DEFAULTS, help="JSON, in place of the demo values")
    parser.add_argument("--seed", type=int, help="ids are the same in every run with the same seed")
    parser.add_argument("--verbose", action="store_true", help="log every request")
    given = parser.parse_args()
    config = load(given.credentials)
    config["public_origin"] = f"http://localhost:{given.port}"
    if given.h5_target:
        config["h5_target"] = given.h5_target
    callbacks = {
        "official_account": given.oa_callback,
        "wecom": given.wecom_callback,
        "youzan": given.youzan_callback,
    }
    for platform, url in callbacks.items():
        if url:
            config[platform]["callback_url"] = url
    if given.sms_callback:
        config["sms"]["tencent"]["callback_url"] = given.sms_callback
    # a cut answer is what a tester ordered: not an error of the sandbox
    logging.getLogger("uvicorn.error").addFilter(lambda record: "without completing response" not in str(record.msg))
    server = _Server(
        uvicorn.Config(
            create_app(config, seed=given.seed),
            host="127.0.0.1",
            port=given.port,
            log_level="info" if given.verbose else "warning",
            timeout_graceful_shutdown=1,
            proxy_headers=False,
        )
    )
    with contextlib.suppress(KeyboardInterrupt):
        server.run()
    if not server.started:
        sys.exit(1)


if __name__ == "__main__":
    main()
