"""kafka-python as a member of a group: groups.mjs says what it is told, and what it tells."""

import json
import signal
import sys

import kafka
import kafka.errors
from kafka.coordinator.assignors.range import RangePartitionAssignor
from kafka.coordinator.assignors.roundrobin import RoundRobinPartitionAssignor

told = json.loads(sys.argv[1])
auto = told.get("auto", False)
assignors = {"range": RangePartitionAssignor, "roundrobin": RoundRobinPartitionAssignor}
strategy = {"partition_assignment_strategy": [assignors[told["assignor"]]]} if told.get("assignor") else {}
ended = []


def tell(**event):
    print(json.dumps(event), flush=True)


class Listener(kafka.ConsumerRebalanceListener):
    def on_partitions_assigned(self, assigned):
        tell(assigned=sorted(each.partition for each in assigned))

    def on_partitions_revoked(self, _revoked):
        tell(assigned=[])


def repeated(call):
    """Until it gets by: docs/compatibility.md says why calls may end with an error while the broker is away."""
    while True:
        try:
            return call()
        except kafka.errors.KafkaError as error:
            if not error.retriable:
                raise


signal.signal(signal.SIGTERM, lambda *_: ended.append(True))
consumer = kafka.KafkaConsumer(
    bootstrap_servers=told["address"],
    group_id=told["group"],
    session_timeout_ms=told.get("sessionMs", 6000),
    heartbeat_interval_ms=200,
    enable_auto_commit=auto,
    auto_commit_interval_ms=100,
    auto_offset_reset="earliest",
    max_poll_records=1,
    **strategy,
)
consumer.subscribe([told["topic"]], listener=Listener())
# Waits for the partitions: docs/compatibility.md says why a member that learns of them later may stand still.
consumer.partitions_for_topic(told["topic"])
while not ended:
    for messages in repeated(lambda: consumer.poll(timeout_ms=100)).values():
        for message in messages:
            tell(partition=message.partition, offset=message.offset, value=message.value.decode())
            if not auto:
                repeated(consumer.commit)
consumer.close()
