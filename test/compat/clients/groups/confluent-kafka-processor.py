"""confluent-kafka as a processor: what it reads in a group goes to another topic, in transactions that have its offsets. SIGTERM: it leaves and ends."""

import json
import signal
import sys

from confluent_kafka import Consumer, Producer, TopicPartition

told = json.loads(sys.argv[1])
ended = []
signal.signal(signal.SIGTERM, lambda *_: ended.append(True))
consumer = Consumer(
    {
        "bootstrap.servers": told["address"],
        "group.id": told["group"],
        "session.timeout.ms": told.get("sessionMs", 6000),
        "heartbeat.interval.ms": 200,
        "enable.auto.commit": False,
        "auto.offset.reset": "earliest",
        "isolation.level": "read_committed",
    }
)
producer = Producer({"bootstrap.servers": told["address"], "transactional.id": told["group"]})
producer.init_transactions(30)
consumer.subscribe([told["topic"]])
while not ended:
    message = consumer.poll(0.1)
    if message is None or message.error():
        continue
    producer.begin_transaction()
    producer.produce(told["output"], value=b"made of " + message.value())
    after = TopicPartition(told["topic"], message.partition(), message.offset() + 1)
    producer.send_offsets_to_transaction([after], consumer.consumer_group_metadata())
    producer.commit_transaction()
    print(json.dumps({"partition": message.partition(), "offset": message.offset(), "value": message.value().decode()}), flush=True)
consumer.close()
