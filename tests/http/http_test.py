"""The server against raw bytes: recorded requests, smuggling, limits. Every case gets an answer or a closed connection, never a hang."""
import base64
import contextlib
import gzip
import json
import os
import re
import socket

from harness import PATIENCE, ROOT, Daemon, event, main, temporary

CONFORMANCE = ROOT / os.environ.get("ALARUM_CONFORMANCE", "../shared/conformance")
PAUSES = (22, 23)  # llhttp stops there for its caller to decide (CONNECT, Upgrade, PRI): nothing is wrong with the bytes
BODY, UNKNOWN_METHOD = 12, 8  # what is wrong with a chunk shows after the head was answered


def exchange(daemon, raw):
    """Sends the bytes, ends the sending side, reads until the server closes. Fails when that never happens."""
    with socket.create_connection(("127.0.0.1", daemon.port), timeout=PATIENCE) as stream:
        answer = b""
        try:
            stream.sendall(raw)
            with contextlib.suppress(OSError):  # it may have closed already: what it said is still to be read
                stream.shutdown(socket.SHUT_WR)
            while piece := stream.recv(65536):
                answer += piece
        except (ConnectionResetError, BrokenPipeError):
            pass
        return answer


def statuses(answer):
    return [int(code) for code in re.findall(rb"^HTTP/1\.1 (\d{3}) ", answer, re.M) if code != b"100"]


def recorded_requests():
    lines = (CONFORMANCE / "http-requests.jsonl").read_text().splitlines()
    return [json.loads(line) for line in lines]


def the_recorded_requests_get_an_answer_or_a_refusal():
    if not CONFORMANCE.exists() and "ALARUM_CONFORMANCE" not in os.environ:
        print("      no recorded requests beside this repository: ALARUM_CONFORMANCE names their folder")
        return
    cases, wrong = recorded_requests(), []
    with temporary() as folder, Daemon(folder) as daemon:
        for case in cases:
            got = statuses(exchange(daemon, base64.b64decode(case["raw_base64"])))
            refused = not got or 400 <= got[-1] < 600
            code = case["error"][0] if case["error"] else None
            if code and not refused:
                wrong.append((case["name"], got, case["error"]))
            # A broken request must not get as far as being looked up.
            if code and code not in (*PAUSES, BODY, UNKNOWN_METHOD) and got and got[-1] in (404, 405):
                wrong.append((case["name"], got, case["error"]))
            if not code and not got:
                wrong.append((case["name"], "no answer", None))
        assert daemon.request("GET", "/-/healthy")[0] == 200
    print(f"      {len(cases)} requests")
    assert len(cases) > 100 and not wrong, "\n".join(map(str, wrong))


def two_readings_of_a_body_are_refused():
    """Request smuggling: RFC 9112 section 6.3 and section 11.2."""
    heads = [
        "Content-Length: 5\r\nTransfer-Encoding: chunked",
        "Content-Length: 5\r\nContent-Length: 6",
        "Content-Length: +5",
        "Content-Length: 5, 6",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked",
        "Transfer-Encoding: gzip, chunked",
        "Transfer-Encoding: xchunked",
        "Transfer-Encoding : chunked",
        "Content-Length: 99999999999999999999",
    ]
    with temporary() as folder, Daemon(folder) as daemon:
        for head in heads:
            raw = f"POST /v1/events HTTP/1.1\r\nHost: localhost\r\n{head}\r\n\r\n0\r\n\r\nGET /-/healthy HTTP/1.1\r\nHost: localhost\r\n\r\n"
            got = statuses(exchange(daemon, raw.encode()))
            assert len(got) == 1 and got[0] in (400, 413, 501), (head, got)


def limits_hold():
    with temporary() as folder, Daemon(folder, config="limits: {header: 4KiB, body: 64KiB}\n") as daemon:
        long_head = b"GET /-/healthy HTTP/1.1\r\nHost: localhost\r\nX: " + b"a" * 8000 + b"\r\n\r\n"
        assert statuses(exchange(daemon, long_head)) == [431]
        one = json.dumps(event("big", data="x" * 100_000))
        kind = {"Content-Type": "application/cloudevents+json"}
        status, _, text = daemon.request("POST", "/v1/events", one, kind)
        assert status == 413 and "65536" in text, text
        bomb = gzip.compress(b" " * 50_000_000)
        status, _, text = daemon.request("POST", "/v1/events", bomb, {**kind, "Content-Encoding": "gzip"})
        assert status == 413, text
        assert daemon.post(event("small")) == 200


def gzip_bodies_are_taken_whole_and_bombs_are_not():
    with temporary() as folder, Daemon(folder) as daemon:
        lines = [json.dumps(event(f"g{n}", data={"n": n})) + "\n" for n in range(300)]
        kind = {"Content-Type": "application/x-ndjson", "Content-Encoding": "gzip"}
        # Several members in a row are one body; the coding's name has no case.
        packed = b"".join(gzip.compress(line.encode()) for line in lines)
        status, _, text = daemon.request("POST", "/v1/events", packed, {**kind, "Content-Encoding": "X-GZip"})
        assert status == 200 and json.loads(text)["accepted"] == 300, text
        # A stream has no bound on its length, so one that is nearly all air has to end otherwise.
        bomb = gzip.compress((json.dumps(event("b1")) + "\n").encode() + b"\n" * 100_000_000)
        status, _, text = daemon.request("POST", "/v1/events", bomb, kind)
        assert status == 413 and "256 times" in text and json.loads(text)["accepted"] == 1, text
        for broken in (packed[:-5], packed + b"x", b"no gzip", b""):
            status, _, text = daemon.request("POST", "/v1/events", broken, kind)
            assert status == 400 and json.loads(text)["error"] == "bad_gzip", (broken[-9:], text)
        assert daemon.request("POST", "/v1/events", b"x", {**kind, "Content-Encoding": "br"})[0] == 415
        assert daemon.metric("alarum_ingest_rejected_total") >= 4
        assert daemon.post(event("small")) == 200


def several_requests_in_one_go_are_answered_in_order():
    with temporary() as folder, Daemon(folder) as daemon:
        one = "GET {} HTTP/1.1\r\nHost: localhost\r\n\r\n"
        answer = exchange(daemon, (one.format("/-/healthy") + one.format("/nothing") + one.format("/-/ready")).encode())
        assert statuses(answer) == [200, 404, 200], answer


def a_foreign_host_is_not_answered():
    """DNS rebinding: a page in a browser must not talk to a bridge on loopback under a name of its own."""
    with temporary() as folder, Daemon(folder) as daemon:
        assert statuses(exchange(daemon, b"GET /-/healthy HTTP/1.1\r\nHost: evil.example\r\n\r\n")) == [421]
        assert daemon.request("DELETE", "/v1/events")[0] == 405
        assert daemon.request("DELETE", "/v1/events")[1]["Allow"]


def data_nested_deeper_than_the_limit_is_refused_on_every_way_in():
    config = """limits: {depth: 3}
json: {ci: {id: /id, type: {value: t}, source: {value: s}}}
sns: {topics: ['arn:aws:sns:eu-west-1:123456789012:t'], raw: true}
auth: {routes: {/ingest/sns: [{bearer_token: k}]}}
"""
    fits, deep = {"a": [{"b": "]]]["}]}, {"a": [{"b": []}]}
    cloud = "application/cloudevents+json"
    binary = {"ce-specversion": "1.0", "ce-type": "t", "ce-source": "s", "Content-Type": "application/json"}
    raw = {"x-amz-sns-rawdelivery": "true", "x-amz-sns-topic-arn": "arn:aws:sns:eu-west-1:123456789012:t", "Authorization": "Bearer k"}
    # Of the mapping the whole item is the data, and so is EventGrid's data as it stands; id, and what brings the data to the daemon.
    ways = {
        "structured": lambda id, data: ("/v1/events", event(id, data=data), {"Content-Type": cloud}),
        "batch": lambda id, data: ("/v1/events", [event(id, data=data)], {"Content-Type": "application/cloudevents-batch+json"}),
        "lines": lambda id, data: ("/v1/events", event(id, data=data), {"Content-Type": "application/x-ndjson"}),
        "binary": lambda id, data: ("/v1/events", data, {**binary, "ce-id": id}),
        "json": lambda id, data: ("/ingest/json/ci", {"id": id, **data}, {"Content-Type": "application/json"}),
        "eventgrid": lambda id, data: ("/ingest/eventgrid", [{"id": id, "subject": "s", "eventType": "t", "eventTime": "2026-11-27T10:00:00Z", "data": data, "dataVersion": "1", "topic": "/t"}], {"Content-Type": "application/json"}),
        "sns": lambda id, data: ("/ingest/sns", data, {**raw, "x-amz-sns-message-id": id}),
    }
    with temporary() as folder, Daemon(folder, config=config) as daemon:
        for way, made in ways.items():
            for id, data, good in ((f"{way}-1", fits, True), (f"{way}-2", deep, False)):
                path, body, headers = made(id, data)
                status, _, text = daemon.request("POST", path, json.dumps(body), headers)
                assert (status == 200) == good and (good or status == 400 and "too_deep" in text and "limits.depth" in text), (way, good, status, text)
        assert sum("too_deep" == reject["reason"] for reject in daemon.rejects(len(ways))) == len(ways)


if __name__ == "__main__":
    main([data_nested_deeper_than_the_limit_is_refused_on_every_way_in, the_recorded_requests_get_an_answer_or_a_refusal, two_readings_of_a_body_are_refused, limits_hold, gzip_bodies_are_taken_whole_and_bombs_are_not,
          several_requests_in_one_go_are_answered_in_order, a_foreign_host_is_not_answered])
