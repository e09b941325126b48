"""kafka-python under trial; see worker.py. Reads by `assign`, without a group."""
import sys
import time

import kafka
from kafka import KafkaConsumer, KafkaProducer, TopicPartition
from kafka.admin import KafkaAdminClient, NewTopic
from kafka.errors import KafkaError, OffsetOutOfRangeError

from worker import answered, login_given, records_of, serve

WAIT_S = 8


class Client:
    def __init__(self, server):
        self.access = {"bootstrap_servers": server}
        login = login_given()
        if login is not None:
            self.access.update(
                security_protocol="SASL_SSL",
                sasl_mechanism=login["mechanism"],
                sasl_plain_username=login["user"],
                sasl_plain_password=login["password"],
                ssl_cafile=login["caFile"],
            )
        self.producers = {}

    def producer(self, name, **options):
        if name not in self.producers:
            self.producers[name] = KafkaProducer(
                **self.access,
                linger_ms=5,
                max_block_ms=3000,
                bootstrap_timeout_ms=5000,
                allow_auto_create_topics=False,
                **options,
            )
        return self.producers[name]

    def write(self, producer, question):
        partition = question.get("partition", 0)
        futures = [
            producer.send(question["topic"], value, key, headers, partition, timestamp)
            for key, value, headers, timestamp in records_of(question)
        ]
        producer.flush()
        return [future.get(WAIT_S).offset for future in futures]

    def produce(self, question):
        codec = question["codec"]
        acks = "all" if question["acks"] == -1 else question["acks"]
        idempotent = question["idempotent"]
        # Linger keeps what is sent together in one batch; retries would hide the first answer.
        producer = self.producer(
            f"{codec} {acks} {idempotent}",
            acks=acks,
            compression_type=None if codec == "none" else codec,
            enable_idempotence=idempotent,
            retries=3 if idempotent else 0,
        )
        offsets = self.write(producer, question)
        return {"baseOffset": offsets[0] if acks != 0 else None}

    def consumer(self, question, **options):
        consumer = KafkaConsumer(
            **self.access,
            group_id=None,
            auto_offset_reset="none",
            enable_auto_commit=False,
            allow_auto_create_topics=False,
            **options,
        )
        partition = TopicPartition(question["topic"], question.get("partition", 0))
        consumer.assign([partition])
        return consumer, partition

    def consume(self, question):
        level = "read_committed" if question["committed"] else "read_uncommitted"
        consumer, partition = self.consumer(question, isolation_level=level)
        try:
            consumer.seek(partition, question["offset"])
            found, until = [], time.time() + WAIT_S
            while len(found) < question["count"] and time.time() < until:
                for record in consumer.poll(500).get(partition, []):
                    found.append(answered(record.key, record.value, record.headers, record.offset, record.timestamp))
            return found[: question["count"]]
        finally:
            consumer.close()

    def lookup(self, question):
        consumer, partition = self.consumer(question)
        try:
            timestamp = question["timestamp"]
            if timestamp == -1:
                return consumer.end_offsets([partition])[partition]
            if timestamp == -2:
                return consumer.beginning_offsets([partition])[partition]
            found = consumer.offsets_for_times({partition: timestamp})[partition]
            return -1 if found is None else found.offset
        finally:
            consumer.close()

    def transact(self, question):
        known = question["id"] in self.producers
        producer = self.producer(question["id"], transactional_id=question["id"])
        if not known:
            producer.init_transactions()
        producer.begin_transaction()
        self.write(producer, question)
        if question["commit"]:
            producer.commit_transaction()
        else:
            producer.abort_transaction()

    def admin(self, run):
        admin = KafkaAdminClient(**self.access)
        try:
            return run(admin)
        finally:
            admin.close()

    def createTopic(self, question):
        config = {name: str(value) for name, value in question["config"].items()}
        topic = NewTopic(question["topic"], question["partitions"], 1, topic_configs=config)
        self.admin(lambda admin: admin.create_topics([topic]) and None)

    def deleteTopic(self, question):
        self.admin(lambda admin: admin.delete_topics([question["topic"]]) and None)

    def close(self):
        for producer in self.producers.values():
            producer.close(2)


def code_of(error):
    while error is not None:
        if isinstance(error, OffsetOutOfRangeError):
            return 1
        if isinstance(error, KafkaError) and getattr(error, "errno", -1) > 0:
            return error.errno
        error = error.__cause__ or error.__context__
    return None


serve(kafka.__version__, Client(sys.argv[1]), code_of)
