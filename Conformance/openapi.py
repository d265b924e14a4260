"""What schemathesis is told of the control API: words of Homeport's own formats, and what it must leave.

Run as a program, it asks by hand what no fuzzer may: `openapi.py DESCRIPTION URL TOKEN PLAN` prints what is not as described.
"""

import json
import sys
from pathlib import Path

import requests
import schemathesis
from hypothesis import strategies
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi import checks

FORMATS = {
    "homeport-filter": ("", "status>=500 or took>200ms", "not (method=GET or method=HEAD)", "is:refused", "body~a and size>=1KiB"),
    "homeport-link": ("wan", "dns"),
    "homeport-service": ("api", "teller"),
    "homeport-duration": ("10ms", "1.5s", "24h"),
    "homeport-conditions": ("latency: 5ms", '{"latency": "1ms"}', "up: { latency: 2ms }"),
    "homeport-plan": ("services: { api: { to: 3000 } }",),
}
for name, words in FORMATS.items():
    schemathesis.openapi.format(name, strategies.sampled_from(words))


@schemathesis.hook
def before_call(context, case, kwargs):
    # Waiting for nothing takes its time: once, by hand.
    if str(case.query.get("wait", "")).isdigit() and int(case.query["wait"]) <= 60:
        case.query["wait"] = 0
    # No validator knows these formats: what was made to be wrong in another place, and is right there, may be wrong in this one.
    filters = FORMATS["homeport-filter"]
    if not case.meta.generation.mode.is_negative and case.query.get("filter", "") not in filters:
        case.query["filter"] = filters[1]
    # What is removed can be changed no more: once, by hand.
    if isinstance(case.body, dict) and case.body.get("action") == "remove":
        case.body["action"] = "heal"


AS_DESCRIBED = [
    checks.status_code_conformance, checks.content_type_conformance, checks.response_headers_conformance,
    checks.response_schema_conformance,
]


def main(description, url, token, plan):
    schema = schemathesis.openapi.from_path(description)
    client = requests.Session()
    client.headers.update({"Host": "homeport.localhost", "Authorization": f"Bearer {token}"})

    def hold(answer, method, path, number=None):
        """Holds it against the description."""
        case = schema[path][method].Case(path_parameters={"id": number} if number else {})
        try:
            case.validate_response(answer, checks=AS_DESCRIBED)
        except FailureGroup as group:
            print(f"{method} {answer.url}: {[str(failure) for failure in group.exceptions]}")
        return answer

    def ask(method, path, status, query="", number=None, **words):
        """What is answered; `number` stands for {id}."""
        place = url + path.replace("{id}", str(number)) + query
        answer = client.request(method, place, timeout=20, **words)
        if answer.status_code != status:
            print(f"{method} {place} {words}: {answer.status_code} instead of {status}")
        return hold(answer, method, path, number)

    text = Path(plan).read_text()
    wish = {"text": text, "file": plan, "directory": str(Path(plan).parent)}
    changed = dict(wish, text=text.replace("latency: 5ms", "latency: 6ms"))
    for status, body in (
        (200, dict(changed, dry_run=True)), (200, changed), (200, wish), (422, dict(wish, file="/other.yaml")),
        (422, dict(wish, text="services: 3")), (422, dict(wish, directory="here")),
    ):
        ask("POST", "/api/v1/plan", status, json=body)
    for status, services in ((200, ["teller"]), (422, ["api"]), (422, ["nobody"])):
        ask("POST", "/api/v1/restart", status, json={"services": services})
    large = b" " * ((6 << 20) + 1)
    for path in ("/api/v1/plan", "/api/v1/links", "/api/v1/restart"):
        ask("POST", path, 413, data=large)
    ask("GET", "/api/v1/logs", 200, "?wait=60")
    ask("GET", "/api/v1/tap/news", 200, "?after=0&wait=60")
    ask("GET", "/api/v1/tap/news", 200, "?wait=1")
    ask("POST", "/api/v1/links", 200, json={"links": ["wan"], "action": "cut", "for": "1m"})
    ask("POST", "/api/v1/links", 200, json={"links": ["dns"], "action": "remove"})
    ask("POST", "/api/v1/links", 422, json={"links": ["dns"], "action": "cut"})
    ask("POST", "/api/v1/links", 403, json={"links": ["wan"], "action": "heal"}, headers={"Origin": "http://example.com"})
    ask("GET", "/api/v1/status", 421, headers={"Host": "example.com"})
    ask("GET", "/api/v1/status", 401, headers={"Authorization": "Bearer " + "0" * len(token)})
    ask("GET", "/api/v1/status", 200, headers={"Authorization": f"bearer {token}"})
    for query in ("limit=1&limit=2", "limit=%2B1", "limit=1001", "order=best", "fliter="):
        ask("GET", "/api/v1/tap", 422, "?" + query)
    last = ask("GET", "/api/v1/tap", 200, "?limit=1").json()["rows"][0]["id"]
    ask("GET", "/api/v1/tap/{id}/messages", 200, number=last)
    for number in ask("GET", "/api/v1/tap", 200, "?filter=messages>0").json()["rows"]:
        ask("GET", "/api/v1/tap/{id}/messages", 200, "?limit=1", number=number["id"])
        ask("GET", "/api/v1/tap/{id}/messages", 422, "?limit=0", number=number["id"])
    ask("GET", "/api/v1/logs", 422, "?service=nobody")
    ask("POST", "/api/v1/restart", 422, json={"services": []})
    for path in ("request", "request/sent", "request/body", "response", "response/received", "response/body", "curl"):
        path = f"/api/v1/tap/{{id}}/{path}"
        whole = ask("GET", path, 200, number=last).content
        if whole:
            ask("GET", path, 206, number=last, headers={"Range": "bytes=0-0"})
            ask("GET", path, 416, number=last, headers={"Range": f"bytes={len(whole)}-"})
        head = client.head(url + path.replace("{id}", str(last)))
        if head.status_code != 200 or head.headers["Content-Length"] != str(len(whole)):
            print(f"HEAD {path}: {head.status_code} {head.headers}")
    for path in ("status", "links", "logs", "metrics", "tap", "tap/har", "events"):
        head = client.head(f"{url}/api/v1/{path}")
        if head.status_code != (405 if path == "events" else 200):
            print(f"HEAD {path}: {head.status_code}")

    # Events: the first is what was asked for, and the 65th listener is refused.
    begin = {"Last-Event-ID": "0"}
    listeners = [client.get(url + "/api/v1/events", headers=begin, stream=True, timeout=20) for _ in range(64)]
    wrong = [one for one in listeners if (one.status_code, one.headers["Content-Type"]) != (200, "text/event-stream")]
    if wrong:
        print(f"events: {len(wrong)} of 64 listeners, {wrong[0].status_code} {wrong[0].headers}")
    refused = client.get(url + "/api/v1/events", stream=True, timeout=20)
    if refused.status_code == 503:
        hold(refused, "GET", "/api/v1/events")
    else:
        print(f"events: the 65th listener, {refused.status_code}")
    listeners[0].encoding = "utf-8"
    lines = listeners[0].iter_lines(decode_unicode=True)
    retry, _, number, kind, data = (next(lines) for _ in range(5))
    listed = ask("GET", "/api/v1/tap/news", 200, "?after=0").json()
    wanted = ("retry: 1000", f"id: {listed['next']}", "event: rows", listed["rows"])
    if (retry, number, kind, json.loads(data.removeprefix("data: "))) != wanted:
        print(f"events: {retry} {number} {kind} {data} instead of {wanted}")
    for listener in listeners:
        listener.close()
    ask("GET", "/api/v1/events", 422, "?filter=x")

    for method, path, described in (("PUT", "/api/v1/events", "GET"), ("GET", "/api/v1/stop", "POST")):
        answer = hold(client.request(method, url + path), described, path)
        if answer.status_code != 405:
            print(f"{method} {path}: {answer.status_code} instead of 405")
    ask("DELETE", "/api/v1/tap", 202)
    ask("GET", "/api/v1/tap/{id}", 404, number=last)
    ask("POST", "/api/v1/stop", 202)


if __name__ == "__main__":
    main(*sys.argv[1:])
