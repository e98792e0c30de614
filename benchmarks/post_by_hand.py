"""What a person writes instead of a job: one POST, the answer printed."""

import sys

import httpx

answer = httpx.post(sys.argv[1], json={"title": "Database is down", "number": 0}, timeout=10)
print(answer.json())
