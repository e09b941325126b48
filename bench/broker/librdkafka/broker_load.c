/**
 * librdkafka as load: what java/BrokerLoad.java is for Kafka's own client. Reads commands, one a line, and answers each with one line of numbers, or with
 * `failed WHY`. A latency is the time from before a record is handed to the client until its delivery report. No groups: partitions are read from their beginnings.
 *
 *     produce SERVER TOPIC RECORDS SIZE ACKS RATE LINGER_MS WARM   -> records a second, p50, p99 and worst latency in ms
 *     consume SERVER TOPIC RECORDS                                 -> records a second
 *
 * RATE 0 is as fast as it goes. The first WARM records are sent at the same rate and not counted.
 */
#include <inttypes.h>
#include <librdkafka/rdkafka.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { ERROR_SIZE = 512, READY_MS = 30000, DELIVERED_MS = 120000, BATCH = 1000 };

/** The client waits so long for an answer to metadata, and a consumer for the next records. */
enum { ANSWER_MS = 10000 };

static int64_t now_ns(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static void sleep_ns(int64_t ns) {
  struct timespec left = {ns / 1000000000, ns % 1000000000};
  nanosleep(&left, NULL);
}

static void set(rd_kafka_conf_t *conf, const char *name, const char *value) {
  char why[ERROR_SIZE];
  if (rd_kafka_conf_set(conf, name, value, why, sizeof why) == RD_KAFKA_CONF_OK) return;
  printf("failed %s: %s\n", name, why);
  exit(1);
}

static rd_kafka_t *open_client(rd_kafka_type_t type, rd_kafka_conf_t *conf) {
  char why[ERROR_SIZE];
  rd_kafka_t *client = rd_kafka_new(type, conf, why, sizeof why);
  if (client != NULL) return client;
  printf("failed no client: %s\n", why);
  exit(1);
}

/** Waits for the topic to have leaders; 0 if it has none in time. */
static int partitions_of(rd_kafka_t *client, rd_kafka_topic_t *topic) {
  for (int64_t until = now_ns() + (int64_t)READY_MS * 1000000; now_ns() < until; sleep_ns(10000000)) {
    const struct rd_kafka_metadata *metadata;
    if (rd_kafka_metadata(client, 0, topic, &metadata, ANSWER_MS) != RD_KAFKA_RESP_ERR_NO_ERROR) continue;
    int count = metadata->topic_cnt == 1 ? metadata->topics[0].partition_cnt : 0;
    bool all = count > 0;
    for (int i = 0; i < count; i++) all = all && metadata->topics[0].partitions[i].leader >= 0;
    rd_kafka_metadata_destroy(metadata);
    if (all) return count;
  }
  return 0;
}

/** What the thread of delivery reports shares with the one that sends. */
struct deliveries {
  rd_kafka_t *client;
  atomic_bool over;
  int64_t failed;
  rd_kafka_resp_err_t why;
};

/** The record's slot held when it was sent, and now holds what it took. */
static void delivered(rd_kafka_t *client, const rd_kafka_message_t *message, void *opaque) {
  (void)client;
  struct deliveries *deliveries = opaque;
  int64_t *slot = message->_private;
  *slot = now_ns() - *slot;
  if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR) return;
  deliveries->failed++;
  deliveries->why = message->err;
}

static void *poll_deliveries(void *opaque) {
  struct deliveries *deliveries = opaque;
  while (!deliveries->over) rd_kafka_poll(deliveries->client, 100);
  return NULL;
}

static int by_value(const void *a, const void *b) {
  int64_t left = *(const int64_t *)a, right = *(const int64_t *)b;
  return (left > right) - (left < right);
}

struct order {
  const char *server, *topic, *acks, *linger_ms;
  int64_t records, size, rate, warm;
};

/** Sends all; returns when the first that counts was sent, or -1 if one could not be. */
static int64_t send_all(const struct order *order, rd_kafka_topic_t *topic, int partitions, int64_t *slots) {
  char *value = malloc((size_t)order->size);
  for (int64_t i = 0; i < order->size; i++) value[i] = "abcdefghijklmnopqrstuvwxyz0123456789"[i * 7 % 36];
  int64_t began = now_ns(), counted = began;
  for (int64_t i = 0; i < order->warm + order->records; i++) {
    if (order->rate > 0) {
      int64_t left = began + i * 1000000000 / order->rate - now_ns();
      if (left > 1000000) sleep_ns(left / 1000000 * 1000000);
    }
    slots[i] = now_ns();
    if (i == order->warm) counted = slots[i];
    int partition = (int)(i % partitions);
    // The client keeps a copy, as its users let it; where its queue is full it waits, as Kafka's own does.
    int flags = RD_KAFKA_MSG_F_COPY | RD_KAFKA_MSG_F_BLOCK;
    if (rd_kafka_produce(topic, partition, flags, value, (size_t)order->size, NULL, 0, &slots[i]) != 0) counted = -1;
    if (counted < 0) break;
  }
  free(value);
  return counted;
}

static void produce(const struct order *order) {
  struct deliveries deliveries = {0};
  rd_kafka_conf_t *conf = rd_kafka_conf_new();
  set(conf, "bootstrap.servers", order->server);
  set(conf, "acks", order->acks);
  set(conf, "enable.idempotence", strcmp(order->acks, "all") == 0 ? "true" : "false");
  set(conf, "linger.ms", order->linger_ms);
  set(conf, "batch.size", "65536");
  rd_kafka_conf_set_opaque(conf, &deliveries);
  rd_kafka_conf_set_dr_msg_cb(conf, delivered);
  rd_kafka_t *client = deliveries.client = open_client(RD_KAFKA_PRODUCER, conf);
  rd_kafka_topic_t *topic = rd_kafka_topic_new(client, order->topic, NULL);
  int64_t *slots = malloc((size_t)(order->warm + order->records) * sizeof *slots);
  int partitions = partitions_of(client, topic);
  pthread_t poller;
  pthread_create(&poller, NULL, poll_deliveries, &deliveries);
  int64_t counted = partitions == 0 ? -1 : send_all(order, topic, partitions, slots);
  rd_kafka_resp_err_t flushed = rd_kafka_flush(client, DELIVERED_MS);
  double seconds = (double)(now_ns() - counted) / 1e9;
  deliveries.over = true;
  pthread_join(poller, NULL);
  if (counted < 0) {
    printf("failed to send: %s\n", partitions == 0 ? "the topic has no leaders" : rd_kafka_err2str(rd_kafka_last_error()));
  } else if (flushed != RD_KAFKA_RESP_ERR_NO_ERROR || deliveries.failed > 0) {
    printf("failed %" PRId64 " records: %s\n", deliveries.failed, rd_kafka_err2str(flushed ? flushed : deliveries.why));
  } else {
    int64_t *latencies = slots + order->warm, count = order->records;
    qsort(latencies, (size_t)count, sizeof *latencies, by_value);
    printf("%.0f %.3f %.3f %.3f\n", (double)count / seconds, (double)latencies[count / 2] / 1e6,
           (double)latencies[count * 99 / 100] / 1e6, (double)latencies[count - 1] / 1e6);
  }
  // What was not delivered may still be reported while the client ends.
  rd_kafka_topic_destroy(topic);
  rd_kafka_destroy(client);
  free(slots);
}

static void consume(const char *server, const char *name, int64_t records) {
  rd_kafka_conf_t *conf = rd_kafka_conf_new();
  set(conf, "bootstrap.servers", server);
  rd_kafka_t *client = open_client(RD_KAFKA_CONSUMER, conf);
  rd_kafka_topic_t *topic = rd_kafka_topic_new(client, name, NULL);
  rd_kafka_queue_t *queue = rd_kafka_queue_new(client);
  int partitions = partitions_of(client, topic);
  int64_t began = now_ns(), got = 0;
  const char *why = partitions == 0 ? "the topic has no leaders" : NULL;
  for (int i = 0; i < partitions; i++) rd_kafka_consume_start_queue(topic, i, RD_KAFKA_OFFSET_BEGINNING, queue);
  while (got < records && why == NULL) {
    rd_kafka_message_t *messages[BATCH];
    // It would wait for a full batch.
    size_t wanted = records - got < BATCH ? (size_t)(records - got) : BATCH;
    ssize_t count = rd_kafka_consume_batch_queue(queue, ANSWER_MS, messages, wanted);
    if (count <= 0) why = "nothing came";
    for (ssize_t i = 0; i < count; i++) {
      if (messages[i]->err != RD_KAFKA_RESP_ERR_NO_ERROR) why = rd_kafka_err2str(messages[i]->err);
      rd_kafka_message_destroy(messages[i]);
    }
    got += count;
  }
  double seconds = (double)(now_ns() - began) / 1e9;
  if (why != NULL) printf("failed after %" PRId64 " records: %s\n", got, why);
  else printf("%.0f\n", (double)got / seconds);
  for (int i = 0; i < partitions; i++) rd_kafka_consume_stop(topic, i);
  rd_kafka_queue_destroy(queue);
  rd_kafka_topic_destroy(topic);
  rd_kafka_destroy(client);
}

int main(void) {
  char line[1024], verb[16], server[256], topic[256], acks[8], linger_ms[8];
  setvbuf(stdout, NULL, _IOLBF, 0);
  printf("ready librdkafka %s\n", rd_kafka_version_str());
  while (fgets(line, sizeof line, stdin) != NULL) {
    struct order order = {.server = server, .topic = topic, .acks = acks, .linger_ms = linger_ms};
    int words = sscanf(line, "%15s %255s %255s %" SCNd64 " %" SCNd64 " %7s %" SCNd64 " %7s %" SCNd64, verb, server, topic,
                       &order.records, &order.size, acks, &order.rate, linger_ms, &order.warm);
    if (words == 9 && strcmp(verb, "produce") == 0) produce(&order);
    else if (words == 4 && strcmp(verb, "consume") == 0) consume(server, topic, order.records);
    else printf("failed to understand: %s", line);
  }
  return 0;
}
