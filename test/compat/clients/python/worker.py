"""A client that is told what to do by lines of JSON on its standard input, and answers each by a line: worker-client.mjs from this side.

    {"do": "produce", "topic": ...}  ->  {"ok": ...}  or  {"error": {"code": 3 or null, "message": "..."}}

Bytes are base64. The first line that it writes tells of itself.
"""
import base64
import json
import os
import sys
import traceback


def packed(content):
    return None if content is None else base64.b64encode(content).decode()


def unpacked(text):
    return None if text is None else base64.b64decode(text)


def login_given():
    """How to log in: user, password, mechanism, caFile; None where nobody is asked."""
    text = os.environ.get("TRIAL_LOGIN")
    return None if text is None else json.loads(text)


def records_of(question):
    """(key, value, headers, timestamp) of each record to write."""
    for record in question["records"]:
        headers = [(name, unpacked(value)) for name, value in record["headers"]]
        yield unpacked(record["key"]), unpacked(record["value"]), headers, record["timestamp"]


def answered(key, value, headers, offset, timestamp):
    return {
        "key": packed(key),
        "value": packed(value),
        "headers": [[name, packed(content)] for name, content in headers or []],
        "offset": offset,
        "timestamp": timestamp,
    }


def serve(version, client, code_of):
    """Until standard input ends. `client` has a method for each word; `code_of` gives an exception's error code of Kafka, or None."""
    print(json.dumps({"ok": {"version": version}}), flush=True)
    for line in sys.stdin:
        question = json.loads(line)
        try:
            answer = {"ok": getattr(client, question.pop("do"))(question)}
        except Exception as error:
            answer = {"error": {"code": code_of(error), "message": traceback.format_exc()}}
        print(json.dumps(answer), flush=True)
    client.close()
