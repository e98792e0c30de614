"""The route that a person would write in place of the query ``hello/greet``, on the same server as ``xsrun serve``."""

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from xsrun.server.running import Server, listening


async def greet(request: Request) -> JSONResponse:
    """Answer what the query answers."""
    return JSONResponse({"message": "Hello, " + request.query_params.get("name", "world")})


if __name__ == "__main__":
    address = listening("127.0.0.1", 0)
    print(f'{{"url": "http://127.0.0.1:{address.getsockname()[1]}"}}', flush=True)
    Server(Starlette(routes=[Route("/api:hello/greet", greet)])).run(address)
