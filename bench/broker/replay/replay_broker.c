/**
 * A broker that costs as little as one can: what a client could reach if Kafka's protocol were all that a broker had to do. Stands before a real broker, whose
 * `advertised.listeners` lead here, and passes on what it is asked, but for what it answers from memory: a thread a connection, blocking, nothing decoded but
 * the key of the API, and nothing kept of what is produced.
 *
 *     replay_broker PORT UPSTREAM_PORT FILE
 *
 * Reads commands, one a line, and answers each with `done`:
 *
 *     record    from now on all is passed on, and answers to Fetch that have records are kept in FILE, in the order in which they come; one consumer is to read then
 *     replay    from now on the n-th Fetch of a connection gets the n-th of them, and a Produce what the first one of its connection was answered
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

enum { PRODUCE = 0, FETCH = 1 };
enum { LENGTH_SIZE = 4, CORRELATION_END = 8, FRAME_MAX = 64 << 20, ANSWERS_MAX = 1 << 20, CONNECTIONS_MAX = 100 };

/** An answer to Fetch without records is smaller. */
enum { ANSWER_WITH_RECORDS_MIN = 1024 };

/** What FILE may hold: it is sparse. */
static const size_t file_size = (size_t)16 << 30;

static const char *file;
static char *recorded;
static struct {
  size_t begin, size;
} answers[ANSWERS_MAX];
static atomic_size_t answer_count;
static atomic_bool replays;
static int upstream_port;

/** Of one connection. */
struct exchange {
  int client, upstream;
  char *request, *answer;
  size_t next_answer;
  char produced[ANSWER_WITH_RECORDS_MIN];
  size_t produced_size;
};

static void fail(const char *what) {
  perror(what);
  exit(1);
}

static bool read_all(int from, char *bytes, size_t size) {
  for (ssize_t n; size > 0; bytes += n, size -= (size_t)n) {
    n = read(from, bytes, size);
    if (n <= 0) return false;
  }
  return true;
}

static bool send_all(int to, const char *bytes, size_t size, int flags) {
  for (ssize_t n; size > 0; bytes += n, size -= (size_t)n) {
    n = send(to, bytes, size, flags | MSG_NOSIGNAL);
    if (n <= 0) return false;
  }
  return true;
}

/** The size of the frame with its length; 0: none comes any more. */
static size_t read_frame(int from, char *frame) {
  if (!read_all(from, frame, LENGTH_SIZE)) return 0;
  uint32_t size;
  memcpy(&size, frame, LENGTH_SIZE);
  size = ntohl(size);
  if (size < CORRELATION_END || size > FRAME_MAX - LENGTH_SIZE) return 0;
  return read_all(from, frame + LENGTH_SIZE, size) ? size + LENGTH_SIZE : 0;
}

/** The answer to another request, which gets the correlation id of this one: it stands at the same place in both, behind key and version here. */
static bool send_again(struct exchange *x, const char *answer, size_t size) {
  char head[CORRELATION_END];
  memcpy(head, answer, LENGTH_SIZE);
  memcpy(head + LENGTH_SIZE, x->request + LENGTH_SIZE + 4, LENGTH_SIZE);
  return send_all(x->client, head, sizeof head, size > sizeof head ? MSG_MORE : 0) &&
         send_all(x->client, answer + sizeof head, size - sizeof head, 0);
}

static void keep(const char *answer, size_t size) {
  size_t i = answer_count;
  size_t begin = i == 0 ? 0 : answers[i - 1].begin + answers[i - 1].size;
  if (i == ANSWERS_MAX || begin + size > file_size) {
    fprintf(stderr, "%s: there are more answers than can be kept\n", file);
    exit(1);
  }
  memcpy(recorded + begin, answer, size);
  answers[i].begin = begin;
  answers[i].size = size;
  answer_count = i + 1;
}

static bool pass_on(struct exchange *x, int key, size_t size) {
  if (!send_all(x->upstream, x->request, size, 0)) return false;
  size_t answered = read_frame(x->upstream, x->answer);
  if (answered == 0) return false;
  if (key == FETCH && !replays && answered >= ANSWER_WITH_RECORDS_MIN) keep(x->answer, answered);
  if (key == PRODUCE && answered <= sizeof x->produced) {
    memcpy(x->produced, x->answer, answered);
    x->produced_size = answered;
  }
  return send_all(x->client, x->answer, answered, 0);
}

static bool exchange_one(struct exchange *x) {
  size_t size = read_frame(x->client, x->request);
  if (size == 0) return false;
  int key = (unsigned char)x->request[LENGTH_SIZE] << 8 | (unsigned char)x->request[LENGTH_SIZE + 1];
  if (replays && key == FETCH && x->next_answer < answer_count) {
    size_t i = x->next_answer++;
    return send_again(x, recorded + answers[i].begin, answers[i].size);
  }
  if (replays && key == PRODUCE && x->produced_size > 0) return send_again(x, x->produced, x->produced_size);
  return pass_on(x, key, size);
}

static void without_delay(int socket) {
  int on = 1;
  setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

static struct sockaddr_in loopback(int port) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

static void *serve(void *client) {
  struct exchange *x = calloc(1, sizeof *x);
  x->client = (int)(intptr_t)client;
  x->upstream = socket(AF_INET, SOCK_STREAM, 0);
  x->request = malloc(FRAME_MAX);
  x->answer = malloc(FRAME_MAX);
  struct sockaddr_in to = loopback(upstream_port);
  if (connect(x->upstream, (struct sockaddr *)&to, sizeof to) != 0) fail("connect");
  without_delay(x->client);
  without_delay(x->upstream);
  while (exchange_one(x)) continue;
  close(x->client);
  close(x->upstream);
  free(x->request);
  free(x->answer);
  free(x);
  return NULL;
}

static void *accept_clients(void *listener) {
  for (;;) {
    int client = accept((int)(intptr_t)listener, NULL, NULL);
    if (client < 0) fail("accept");
    pthread_t thread;
    if (pthread_create(&thread, NULL, serve, (void *)(intptr_t)client) != 0) fail("pthread_create");
    pthread_detach(thread);
  }
  return NULL;
}

static void listen_on(int port) {
  int listener = socket(AF_INET, SOCK_STREAM, 0);
  struct sockaddr_in address = loopback(port);
  int on = 1;
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (bind(listener, (struct sockaddr *)&address, sizeof address) != 0) fail("bind");
  if (listen(listener, CONNECTIONS_MAX) != 0) fail("listen");
  pthread_t thread;
  if (pthread_create(&thread, NULL, accept_clients, (void *)(intptr_t)listener) != 0) fail("pthread_create");
}

int main(int count, char **words) {
  if (count != 4) {
    fprintf(stderr, "usage: replay_broker PORT UPSTREAM_PORT FILE\n");
    return 2;
  }
  upstream_port = atoi(words[2]);
  file = words[3];
  int fd = open(file, O_RDWR | O_CREAT | O_TRUNC, 0600);
  if (fd < 0 || ftruncate(fd, (off_t)file_size) != 0) fail(file);
  recorded = mmap(NULL, file_size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  if (recorded == MAP_FAILED) fail(file);
  listen_on(atoi(words[1]));
  setlinebuf(stdout);
  puts("listens");
  char line[80];
  while (fgets(line, sizeof line, stdin) != NULL) {
    replays = strcmp(line, "replay\n") == 0;
    if (!replays) answer_count = 0;
    puts("done");
  }
  return 0;
}
