"""A service on a socket until somebody asks it to end."""

from __future__ import annotations

import socket

import uvicorn

from xsrun.server.app import Service, application


def serve(service: Service, address: socket.socket) -> None:
    """Answer requests on a socket that listens, until SIGINT or SIGTERM; a second signal ends requests under way."""
    config = uvicorn.Config(
        application(service), log_config=None, access_log=False, lifespan="off", server_header=False, ws="none"
    )
    uvicorn.Server(config).run(sockets=[address])
