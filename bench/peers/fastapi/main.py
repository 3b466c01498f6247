"""One GET asks every partner at once and merges what they answer into one searchset: FastAPI, aiohttp to ask with, orjson."""

import asyncio
import os
import ssl
from contextlib import asynccontextmanager

import aiohttp
import orjson
import uvicorn
from fastapi import FastAPI, Response
from yarl import URL

with open(os.environ["PLAN"], "rb") as file:
    PLAN = orjson.loads(file.read())


@asynccontextmanager
async def lifespan(app: FastAPI):
    context = ssl.create_default_context(cafile=PLAN["authority"])
    context.load_cert_chain(PLAN["identity"])
    connector = aiohttp.TCPConnector(limit=0, ssl=context)
    async with aiohttp.ClientSession(connector=connector) as session:
        app.state.session = session
        yield


app = FastAPI(lifespan=lifespan)


async def ask(asked: dict) -> list:
    # The address is to go out as it stands.
    url = URL(asked["url"], encoded=True)
    options = {"headers": asked["headers"], "data": asked["body"]}
    async with app.state.session.request(asked["method"], url, **options) as answer:
        resource = orjson.loads(await answer.read())
        answer.raise_for_status()
    if asked["merge"] and resource["resourceType"] == "Bundle":
        return resource.get("entry", [])
    return []


async def partner(steps: list) -> list:
    entries = []
    for step in steps:
        for found in await asyncio.gather(*map(ask, step)):
            entries += found
    return entries


@app.get("/")
async def opening() -> Response:
    answers = await asyncio.gather(*map(partner, PLAN["partners"]))
    seen = {}
    for entries in answers:
        for entry in entries:
            resource = entry["resource"]
            key = entry.get("fullUrl") or ("id" in resource and f"{resource['resourceType']}/{resource['id']}")
            # An outcome of the search has neither, and is no part of the record.
            if key:
                seen.setdefault(key, entry)
    entry = list(seen.values())
    bundle = {"resourceType": "Bundle", "type": "searchset", "total": len(entry), "entry": entry}
    return Response(orjson.dumps(bundle), media_type="application/fhir+json")


@app.get("/ready", status_code=204)
async def ready() -> None:
    return None


if __name__ == "__main__":
    uvicorn.run(app, host="127.0.0.1", port=int(os.environ["PORT"]), log_level="warning")
