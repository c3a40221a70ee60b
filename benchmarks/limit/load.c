/*
 * A raw load generator: a fixed number of clients on an Ethernet interface, each of which asks, waits for the answer and
 * asks again from a new address. Rings shared with the kernel both ways (packet(7), TPACKET_V2), no connection kept but
 * one state a client. Prints one JSON object: answers, seconds, how many questions had to be repeated.
 *
 * load IFACE DST_MAC FIRST_ADDRESS ADDRESSES PORT MODE CLIENTS SECONDS
 * FIRST_ADDRESS: of either protocol; of IPv6 addresses the last 32 bits vary.
 * MODE: echo (ICMP echo), syn (SYN, answered by SYN/ACK or RST; a SYN/ACK is reset), close (connect and close), hold
 * (connect and stay), flood (CLIENTS times a SYN from somewhere else, whatever is answered)
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { SLOT = 2048, RX_SLOTS = 16384, TX_SLOTS = 16384, BLOCK = 1 << 20, FIRST_PORT = 1024 };
/* The sources of IPv6 lie in 2001:2::/48 (RFC 5180), with the same last 32 bits. */
enum { SOURCE_BASE = 0xc6120000 /* 198.18.0.0/15, RFC 2544 */, SOURCE_COUNT = 1 << 17 };
enum { FIN = 1, SYN = 2, RST = 4, ACK = 16 };
enum { WAIT_ANSWER, WAIT_FIN, HELD };

struct client {
  uint32_t source, destination, sequence, acknowledgment;
  uint8_t state;
  double asked;
};

static int fd;
static uint8_t *rx, *tx;
static uint32_t rx_next, tx_next, queued;
/* Not that of the interface, so that the stack of this end leaves the answers alone. */
static const uint8_t own_mac[6] = {2, 0, 0, 0, 0, 0xfe};
static uint8_t peer_mac[6];
static uint32_t first_address, addresses, question;
/* The first 96 bits of the addresses, of IPv6. */
static uint8_t source_prefix[12] = {0x20, 0x01, 0x00, 0x02}, destination_prefix[12];
static int is_ipv6, ip_length = 20;
static uint16_t port;
/* Of all clients that stay: they differ by their address. */
static uint16_t held_port;
static char mode;

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec + t.tv_nsec / 1e9;
}

static void fail(const char *what) {
  perror(what);
  exit(1);
}

static uint32_t sum(const uint8_t *at, int length, uint32_t start) {
  for (int i = 0; i + 1 < length; i += 2) start += at[i] << 8 | at[i + 1];
  return start;
}

static uint16_t fold(uint32_t s) {
  s = (s & 0xffff) + (s >> 16);
  return (uint16_t)~(s + (s >> 16));
}

static void put16(uint8_t *at, uint32_t v) { at[0] = v >> 8, at[1] = v; }
static void put32(uint8_t *at, uint32_t v) { put16(at, v >> 16), put16(at + 2, v); }
static uint32_t get16(const uint8_t *at) { return at[0] << 8 | at[1]; }
static uint32_t get32(const uint8_t *at) { return get16(at) << 16 | get16(at + 2); }

static void flush(void) {
  /* A full queue on the way loses frames, as networks do. */
  if (queued && send(fd, NULL, 0, 0) < 0 && errno != ENOBUFS) fail("send");
  queued = 0;
}

/* Takes a slot and writes the link and IP headers for `length` octets of payload. */
static uint8_t *begin(uint32_t source, uint32_t destination, int protocol, int length) {
  struct tpacket2_hdr *header = (void *)(tx + (size_t)tx_next * SLOT);
  while (__atomic_load_n(&header->tp_status, __ATOMIC_ACQUIRE) != TP_STATUS_AVAILABLE) flush(), queued = 1;
  uint8_t *frame = (uint8_t *)header + TPACKET2_HDRLEN - sizeof(struct sockaddr_ll);
  uint8_t *ip = frame + 14;
  memcpy(frame, peer_mac, 6), memcpy(frame + 6, own_mac, 6);
  put16(frame + 12, is_ipv6 ? ETH_P_IPV6 : ETH_P_IP);
  header->tp_len = 14 + ip_length + length < 60 ? 60 : 14 + ip_length + length;
  memset(ip, 0, ip_length);
  if (is_ipv6) {
    ip[0] = 0x60, ip[6] = protocol, ip[7] = 64;
    put16(ip + 4, length);
    memcpy(ip + 8, source_prefix, 12), put32(ip + 20, source);
    memcpy(ip + 24, destination_prefix, 12), put32(ip + 36, destination);
    return ip + 40;
  }
  ip[0] = 0x45, ip[8] = 64, ip[9] = protocol;
  put16(ip + 2, 20 + length), put16(ip + 4, question), put16(ip + 6, 0x4000);
  put32(ip + 12, source), put32(ip + 16, destination);
  put16(ip + 10, fold(sum(ip, 20, 0)));
  return ip + 20;
}

/* Of the pseudo header: the addresses stand before the payload in both protocols. */
static uint32_t pseudo(const uint8_t *payload, int protocol, int length) {
  int octets = is_ipv6 ? 32 : 8;
  return sum(payload - octets, octets, protocol + length);
}

static void finish(void) {
  struct tpacket2_hdr *header = (void *)(tx + (size_t)tx_next * SLOT);
  __atomic_store_n(&header->tp_status, TP_STATUS_SEND_REQUEST, __ATOMIC_RELEASE);
  tx_next = (tx_next + 1) % TX_SLOTS;
  queued++;
}

static void send_tcp(const struct client *c, int id, int flags) {
  int length = flags & SYN ? 24 : 20;
  uint8_t *tcp = begin(c->source, c->destination, 6, length);
  memset(tcp, 0, length);
  put16(tcp, mode == 'h' ? held_port : FIRST_PORT + id), put16(tcp + 2, port);
  put32(tcp + 4, c->sequence), put32(tcp + 8, flags & ACK ? c->acknowledgment : 0);
  tcp[12] = length << 2, tcp[13] = flags, put16(tcp + 14, 64240);
  if (flags & SYN) put32(tcp + 20, 0x020405b4); /* MSS 1460 */
  put16(tcp + 16, fold(sum(tcp, length, pseudo(tcp, 6, length))));
  finish();
}

static void ask(struct client *c, int id) {
  question++;
  uint32_t source = mode == 'h' ? (uint32_t)id : question;
  c->source = SOURCE_BASE + source % SOURCE_COUNT;
  c->destination = first_address + source % addresses;
  c->sequence = source * 2654435761u;
  c->state = WAIT_ANSWER;
  if (mode == 'e') {
    uint8_t *icmp = begin(c->source, c->destination, is_ipv6 ? 58 : 1, 64);
    memset(icmp, 0, 64);
    icmp[0] = is_ipv6 ? 128 : 8, put16(icmp + 4, FIRST_PORT + id), put16(icmp + 6, question);
    put16(icmp + 2, fold(sum(icmp, 64, is_ipv6 ? pseudo(icmp, 58, 64) : 0)));
    finish();
  } else
    send_tcp(c, id, SYN);
}

/* Returns whether the frame is the last that a client waits for. */
static int take(const uint8_t *frame, struct client *clients, int count) {
  const uint8_t *ip = frame + 14;
  if (get16(frame + 12) != (is_ipv6 ? ETH_P_IPV6 : ETH_P_IP) || ip[0] != (is_ipv6 ? 0x60 : 0x45)) return -1;
  const uint8_t *data = ip + ip_length;
  uint32_t from = get32(data - (is_ipv6 ? 20 : 8)), to = get32(data - 4);
  int protocol = ip[is_ipv6 ? 6 : 9], is_echo = protocol == (is_ipv6 ? 58 : 1);
  int id = mode == 'h' ? (int)(to - SOURCE_BASE) : (int)get16(data + (is_echo ? 4 : 2)) - FIRST_PORT;
  if (id < 0 || id >= count) return -1;
  struct client *c = clients + id;
  if (to != c->source || from != c->destination) return -1;
  if (mode == 'e') return is_echo && data[0] == (is_ipv6 ? 129 : 0) ? id : -1;
  if (protocol != 6) return -1;
  int flags = data[13];
  if (flags & RST) return mode == 's' ? id : -1;
  if (c->state == WAIT_ANSWER && (flags & (SYN | ACK)) == (SYN | ACK)) {
    c->sequence++, c->acknowledgment = get32(data + 4) + 1;
    if (mode == 's') {
      send_tcp(c, id, RST);
      return id;
    }
    send_tcp(c, id, ACK);
    if (mode == 'h') {
      c->state = HELD;
      return -1;
    }
    send_tcp(c, id, FIN | ACK);
    c->sequence++, c->state = WAIT_FIN;
  } else if (c->state == WAIT_FIN && flags & FIN) {
    c->acknowledgment = get32(data + 4) + 1;
    send_tcp(c, id, ACK);
    return id;
  }
  return -1;
}

static void option(int name, int value) {
  if (setsockopt(fd, SOL_PACKET, name, &value, sizeof value) < 0) fail("setsockopt");
}

static void open_interface(const char *name) {
  struct tpacket_req request = {BLOCK, RX_SLOTS / (BLOCK / SLOT), SLOT, RX_SLOTS};
  struct sockaddr_ll address = {.sll_family = AF_PACKET, .sll_protocol = htons(is_ipv6 ? ETH_P_IPV6 : ETH_P_IP)};
  if ((fd = socket(AF_PACKET, SOCK_RAW, 0)) < 0) fail("socket");
  option(PACKET_VERSION, TPACKET_V2), option(PACKET_LOSS, 1), option(PACKET_QDISC_BYPASS, 1);
  option(PACKET_IGNORE_OUTGOING, 1);
  if (setsockopt(fd, SOL_PACKET, PACKET_RX_RING, &request, sizeof request) < 0) fail("rx ring");
  request.tp_block_nr = TX_SLOTS / (BLOCK / SLOT), request.tp_frame_nr = TX_SLOTS;
  if (setsockopt(fd, SOL_PACKET, PACKET_TX_RING, &request, sizeof request) < 0) fail("tx ring");
  rx = mmap(NULL, (size_t)(RX_SLOTS + TX_SLOTS) * SLOT, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  if (rx == MAP_FAILED) fail("mmap");
  tx = rx + (size_t)RX_SLOTS * SLOT;
  address.sll_ifindex = if_nametoindex(name);
  if (bind(fd, (void *)&address, sizeof address) < 0) fail("bind");
}

/* Sends `count` SYNs, each from another end; returns how many were answered. */
static uint64_t flood(uint32_t count) {
  uint64_t answered = 0;
  struct client c = {0};
  for (uint32_t i = 0; i < count + RX_SLOTS; i++) {
    if (i < count) {
      c.source = SOURCE_BASE + i % SOURCE_COUNT, c.destination = first_address + i % addresses, c.sequence = i;
      send_tcp(&c, i / SOURCE_COUNT, SYN);
    }
    if (i % 256 != 255) continue;
    flush();
    /* About 100,000 a second: none shall be lost for want of room on the way. */
    usleep(2000);
    for (struct tpacket2_hdr *header; (header = (void *)(rx + (size_t)rx_next * SLOT))->tp_status & TP_STATUS_USER;) {
      const uint8_t *tcp = (uint8_t *)header + header->tp_mac + 14 + ip_length;
      answered += (tcp[13] & (SYN | ACK)) == (SYN | ACK);
      __atomic_store_n(&header->tp_status, TP_STATUS_KERNEL, __ATOMIC_RELEASE);
      rx_next = (rx_next + 1) % RX_SLOTS;
    }
  }
  return answered;
}

int main(int argc, char **argv) {
  if (argc != 9) return 2;
  unsigned mac[6];
  sscanf(argv[2], "%x:%x:%x:%x:%x:%x", mac, mac + 1, mac + 2, mac + 3, mac + 4, mac + 5);
  for (int i = 0; i < 6; i++) peer_mac[i] = mac[i];
  uint8_t first[16] = {0};
  if (inet_pton(AF_INET6, argv[3], first) == 1)
    is_ipv6 = 1, ip_length = 40, memcpy(destination_prefix, first, 12), first_address = get32(first + 12);
  else
    first_address = ntohl(inet_addr(argv[3]));
  addresses = strtoul(argv[4], NULL, 10), port = atoi(argv[5]);
  mode = argv[6][0];
  int count = atoi(argv[7]);
  double seconds = atof(argv[8]);
  open_interface(argv[1]);
  if (mode == 'f') {
    double began = now();
    uint64_t answered = flood(count);
    printf("{\"answers\": %llu, \"seconds\": %.6f, \"repeated\": 0, \"held\": 0}\n", (unsigned long long)answered, now() - began);
    return 0;
  }
  held_port = FIRST_PORT + getpid() % 60000;
  struct client *clients = calloc(count, sizeof *clients);
  uint64_t answers = 0, repeated = 0, held = 0;
  double started = now(), time = started, swept = started;
  for (int id = 0; id < count; id++) ask(clients + id, id), clients[id].asked = time;
  flush();
  while ((time = now()) < started + seconds) {
    for (int budget = 512; budget > 0; budget--) {
      struct tpacket2_hdr *header = (void *)(rx + (size_t)rx_next * SLOT);
      if (!(__atomic_load_n(&header->tp_status, __ATOMIC_ACQUIRE) & TP_STATUS_USER)) break;
      int id = take((uint8_t *)header + header->tp_mac, clients, count);
      __atomic_store_n(&header->tp_status, TP_STATUS_KERNEL, __ATOMIC_RELEASE);
      rx_next = (rx_next + 1) % RX_SLOTS;
      if (id < 0) continue;
      answers++;
      ask(clients + id, id), clients[id].asked = time;
    }
    if (time > swept + 0.1) {
      for (int id = 0; id < count; id++)
        if (clients[id].asked < time - 1 && clients[id].state != HELD) repeated++, ask(clients + id, id), clients[id].asked = time;
      swept = time;
    }
    flush();
  }
  for (int id = 0; id < count; id++) held += clients[id].state == HELD;
  printf("{\"answers\": %llu, \"seconds\": %.6f, \"repeated\": %llu, \"held\": %llu}\n",
         (unsigned long long)answers, time - started, (unsigned long long)repeated, (unsigned long long)held);
  return 0;
}
