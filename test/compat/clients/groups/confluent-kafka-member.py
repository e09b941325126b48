"""confluent-kafka as a member of a group: groups.mjs says what it is told, and what it tells."""

import json
import signal
import sys

from confluent_kafka import Consumer, KafkaException

told = json.loads(sys.argv[1])
auto = told.get("auto", False)
settings = {
    "bootstrap.servers": told["address"],
    "group.id": told["group"],
    "session.timeout.ms": told.get("sessionMs", 6000),
    "heartbeat.interval.ms": 200,
    "enable.auto.commit": auto,
    "auto.commit.interval.ms": 100,
    "auto.offset.reset": "earliest",
}
if told.get("protocol") == "consumer":
    settings["group.protocol"] = "consumer"
    # The broker says these.
    del settings["session.timeout.ms"]
    del settings["heartbeat.interval.ms"]
if told.get("instance"):
    settings["group.instance.id"] = told["instance"]
if told.get("assignor"):
    settings["partition.assignment.strategy"] = told["assignor"]
held = set()
ended = []


def tell(**event):
    print(json.dumps(event), flush=True)


def assigned(_consumer, partitions):
    held.update(each.partition for each in partitions)
    tell(assigned=sorted(held))


def revoked(_consumer, partitions):
    held.difference_update(each.partition for each in partitions)
    tell(assigned=sorted(held))


signal.signal(signal.SIGTERM, lambda *_: ended.append(True))
consumer = Consumer(settings)
consumer.subscribe([told.get("pattern") or told["topic"]], on_assign=assigned, on_revoke=revoked, on_lost=revoked)
while not ended:
    message = consumer.poll(0.1)
    if message is None or message.error():
        continue
    tell(partition=message.partition(), offset=message.offset(), value=message.value().decode())
    if not auto:
        while True:
            try:
                consumer.commit(message, asynchronous=False)
                break
            except KafkaException as error:
                if not error.args[0].retriable():
                    break
consumer.close()
