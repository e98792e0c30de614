"""A project as an HTTP service: its queries over Starlette, described by an OpenAPI document."""
