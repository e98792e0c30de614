"""A service on a socket until somebody asks it to end."""

from __future__ import annotations

import socket

import uvicorn
from starlette.types import ASGIApp


def serve(application: ASGIApp, address: socket.socket) -> None:
    """Answer requests on a socket that listens, until SIGINT or SIGTERM; a second signal ends requests under way."""
    config = uvicorn.Config(
        application, log_config=None, access_log=False, lifespan="off", server_header=False, ws="none"
    )
    uvicorn.Server(config).run(sockets=[address])
