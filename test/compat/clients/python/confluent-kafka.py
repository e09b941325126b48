"""confluent-kafka, which is librdkafka, under trial; see worker.py. Reads by `assign`, without joining a group."""
import sys
import time

import confluent_kafka
from confluent_kafka import Consumer, KafkaError, KafkaException, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic

from worker import answered, login_given, records_of, serve

WAIT_S = 8
BEGINNING, END = -2, -1


class Client:
    def __init__(self, server):
        self.server = server
        self.producers = {}

    def settings(self, **more):
        return {**self.access(), "allow.auto.create.topics": False, **more}

    def access(self):
        login = login_given()
        if login is None:
            return {"bootstrap.servers": self.server}
        return {
            "bootstrap.servers": self.server,
            "security.protocol": "SASL_SSL",
            "sasl.mechanism": login["mechanism"],
            "sasl.username": login["user"],
            "sasl.password": login["password"],
            "ssl.ca.location": login["caFile"],
        }

    def producer(self, name, options):
        if name not in self.producers:
            base = {"linger.ms": 20, "message.timeout.ms": 5000, "topic.metadata.propagation.max.ms": 500}
            self.producers[name] = Producer(self.settings(**base, **options))
        return self.producers[name]

    def write(self, producer, question):
        offsets, errors = [], []

        def delivered(error, message):
            if error is None:
                offsets.append(message.offset())
            else:
                errors.append(error)

        partition = question.get("partition", 0)
        for key, value, headers, timestamp in records_of(question):
            while True:
                try:
                    producer.produce(
                        question["topic"], value, key, partition, on_delivery=delivered, timestamp=timestamp, headers=headers
                    )
                    break
                except BufferError:
                    producer.poll(0.1)
        producer.flush(WAIT_S)
        if errors:
            raise KafkaException(errors[0])
        # With acks 0 nobody knows.
        return min(offsets) if offsets[0] is not None else None

    def produce(self, question):
        codec, acks, idempotent = question["codec"], question["acks"], question["idempotent"]
        options = {"compression.type": codec, "acks": acks, "enable.idempotence": idempotent}
        if not idempotent:
            # A retry would hide the first answer.
            options["retries"] = 0
        base = self.write(self.producer(f"{codec} {acks} {idempotent}", options), question)
        return {"baseOffset": base}

    def consumer(self, **options):
        base = {"group.id": "trial", "enable.auto.commit": False, "auto.offset.reset": "error"}
        return Consumer(self.settings(**base, **options))

    def consume(self, question):
        level = "read_committed" if question["committed"] else "read_uncommitted"
        consumer = self.consumer(**{"isolation.level": level})
        try:
            consumer.assign([TopicPartition(question["topic"], question.get("partition", 0), question["offset"])])
            found, until = [], time.time() + WAIT_S
            while len(found) < question["count"] and time.time() < until:
                message = consumer.poll(0.5)
                if message is None:
                    continue
                if message.error():
                    raise KafkaException(message.error())
                found.append(
                    answered(message.key(), message.value(), message.headers(), message.offset(), message.timestamp()[1])
                )
            return found
        finally:
            consumer.close()

    def lookup(self, question):
        consumer = self.consumer()
        try:
            partition = TopicPartition(question["topic"], question.get("partition", 0), question["timestamp"])
            if question["timestamp"] in (BEGINNING, END):
                low, high = consumer.get_watermark_offsets(partition, WAIT_S)
                return low if question["timestamp"] == BEGINNING else high
            return consumer.offsets_for_times([partition], WAIT_S)[0].offset
        finally:
            consumer.close()

    def transact(self, question):
        known = question["id"] in self.producers
        producer = self.producer(question["id"], {"transactional.id": question["id"]})
        if not known:
            producer.init_transactions(WAIT_S)
        producer.begin_transaction()
        self.write(producer, question)
        if question["commit"]:
            producer.commit_transaction(WAIT_S)
        else:
            producer.abort_transaction(WAIT_S)

    def createTopic(self, question):
        config = {name: str(value) for name, value in question["config"].items()}
        topic = NewTopic(question["topic"], question["partitions"], 1, config=config)
        admin = AdminClient(self.access())
        admin.create_topics([topic])[question["topic"]].result(WAIT_S)

    def deleteTopic(self, question):
        admin = AdminClient(self.access())
        admin.delete_topics([question["topic"]])[question["topic"]].result(WAIT_S)

    def close(self):
        for producer in self.producers.values():
            producer.flush(2)


def code_of(error):
    if isinstance(error, KafkaException):
        cause = error.args[0]
        # librdkafka's own codes are below zero; this one has the broker's in its words.
        if cause.code() == KafkaError._AUTO_OFFSET_RESET and "Broker: Offset out of range" in cause.str():
            return 1
        return cause.code() if cause.code() > 0 else None
    return None


serve(f"{confluent_kafka.__version__}, librdkafka {confluent_kafka.libversion()[0]}", Client(sys.argv[1]), code_of)
