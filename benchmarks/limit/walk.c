/*
 * Reference for the engine `hosts` under scanning by walks: each host goes from place to place of one order of the addresses,
 * and only probes that meet a host of interest are drawn: the next such place is found in a bitmap of bitmaps, its probe comes
 * after a gamma time, and a timetable of spans knows whose is next. `sequential` (near with 0.4) meets susceptible hosts;
 * `permutation` meets all, jumps when it meets an infected one, and gives up after three in a row.
 * Usage: walk REPEATS sequential|permutation; prints the median milliseconds of a run, the mean ever infected and the mean time
 * to half of the hosts.
 */
#include "strategy.h"

enum { SPANS = 1 << 15, RUNS = VULNERABLE / 6, GIVE_UP = 3, NOBODY = -1 };

static int is_permutation;

/* A permutation of 32 bits: four rounds of a Feistel network, as the engine has it. */
static inline uint32_t mix(uint32_t x) {
  x = (x ^ x >> 16) * 0x7feb352du;
  x = (x ^ x >> 15) * 0x846ca68bu;
  return x ^ x >> 16;
}

static inline uint32_t permuted(uint32_t value, const uint32_t *key) {
  uint32_t left = value >> 16, right = value & 65535;
  for (int round = 0; round < 4; round++) {
    const uint32_t next = left ^ (mix(right ^ key[round]) & 65535);
    left = right;
    right = next;
  }
  return left << 16 | right;
}

/* Marsaglia's polar method. */
static inline double next_normal(generator *g) {
  for (;;) {
    const double x = (int32_t)next_word(g) * 0x1p-31, y = (int32_t)next_word(g) * 0x1p-31, r = x * x + y * y;
    if (r < 1 && r > 0) return x * sqrt(-2 * log(r) / r);
  }
}

/* Marsaglia, Tsang 2000. */
static inline double next_gamma(generator *g, double shape) {
  if (shape == 1) return next_exponential(g);
  const double d = shape - 1.0 / 3, c = 1 / sqrt(9 * d);
  for (;;) {
    const double x = next_normal(g), root = 1 + c * x;
    if (root <= 0) continue;
    const double v = root * root * root, u = (next_word(g) + 0.5) * 0x1p-32;
    if (u < 1 - 0.0331 * x * x * x * x || log(u) < x * x / 2 + d * (1 - v + log(v))) return d * v;
  }
}

typedef struct {
  double next, time, probes;
  int32_t target, meetings, before, behind;
} walker;

typedef struct {
  uint32_t *place;
  int32_t *run;
  uint64_t *present, *words;
  walker *walk;
  uint8_t *infected;
  int32_t *head, *heap;
  int span, waiting, room;
  double now;
} world;

static inline int first_at_least(const world *w, double place) {
  if (place >= space) return VULNERABLE;
  int at = w->run[(int)(place * (RUNS / space))];
  while (at < VULNERABLE && w->place[at] < place) at++;
  return at;
}

static inline int next_present(const world *w, int at) {
  if (at >= VULNERABLE) return NOBODY;
  int word = at >> 6;
  uint64_t bits = w->present[word] >> (at & 63) << (at & 63);
  if (bits) return word << 6 | __builtin_ctzll(bits);
  const int last = VULNERABLE >> 12;
  for (int above = ++word >> 6; above <= last; above++, word = above << 6) {
    bits = w->words[above] >> (word & 63) << (word & 63);
    if (!bits) continue;
    word = above << 6 | __builtin_ctzll(bits);
    return word << 6 | __builtin_ctzll(w->present[word]);
  }
  return NOBODY;
}

static inline void drop_present(world *w, int at) {
  w->present[at >> 6] &= ~(1ull << (at & 63));
  if (!w->present[at >> 6]) w->words[at >> 12] &= ~(1ull << (at >> 6 & 63));
}

static void push_heap(world *w, int host) {
  if (w->waiting == w->room) w->heap = realloc(w->heap, (w->room *= 2) * sizeof(int32_t));
  int at = w->waiting++;
  const double time = w->walk[host].time;
  for (; at > 0 && w->walk[w->heap[(at - 1) / 2]].time > time; at = (at - 1) / 2) w->heap[at] = w->heap[(at - 1) / 2];
  w->heap[at] = host;
}

static int pop_heap(world *w) {
  const int first = w->heap[0], last = w->heap[--w->waiting];
  const double time = w->walk[last].time;
  int at = 0;
  for (int child; (child = 2 * at + 1) < w->waiting; at = child) {
    if (child + 1 < w->waiting && w->walk[w->heap[child + 1]].time < w->walk[w->heap[child]].time) child++;
    if (w->walk[w->heap[child]].time >= time) break;
    w->heap[at] = w->heap[child];
  }
  w->heap[at] = last;
  return first;
}

static void wait_until(world *w, int host, double time) {
  w->walk[host].time = time;
  if (time > duration) return;
  const int span = time * (SPANS / duration);
  if (span <= w->span) {
    push_heap(w, host);
    return;
  }
  w->walk[host].behind = w->head[span];
  w->head[span] = host;
}

static int first_waiting(world *w) {
  while (w->waiting == 0) {
    if (w->span == SPANS) return NOBODY;
    for (int host = w->head[++w->span]; host != NOBODY; host = w->walk[host].behind) push_heap(w, host);
  }
  return pop_heap(w);
}

/* `behind`: the first entry at or behind the next place, if it is known. */
static void schedule(world *w, generator *g, int host, int behind) {
  walker *walk = &w->walk[host];
  double time = w->now;
  for (;;) {
    int entry = next_present(w, behind >= 0 ? behind : first_at_least(w, walk->next));
    double probes;
    if (entry != NOBODY) probes = w->place[entry] - walk->next + 1;
    else {
      entry = next_present(w, 0);
      if (entry == NOBODY) return;
      probes = space - walk->next + w->place[entry] + 1;
    }
    time += next_gamma(g, probes) / scan_rate;
    walk->target = entry;
    walk->probes = probes;
    if (time > duration || !is_permutation || !w->infected[entry]) break;
    /* What it will meet is infected already and stays so: it jumps, or gives up. */
    if (++walk->meetings >= GIVE_UP) return;
    walk->next = next_word(g);
    behind = -1;
  }
  wait_until(w, host, time);
}

static void begin(world *w, generator *g, int host) {
  walker *walk = &w->walk[host];
  w->infected[host] = 1;
  walk->meetings = 0;
  if (is_permutation) walk->next = next_word(g);
  else if (next_word(g) < 0.4 * space) {
    const uint32_t network = w->place[host] >> 8;
    walk->next = (double)((network - ((network & 255) > 20 ? next_below(g, 20) : 0)) << 8);
  } else walk->next = next_word(g) & ~255u;
  if (!is_permutation) drop_present(w, host);
}

static uint32_t key[4];

static uint32_t draw_place(generator *g) {
  const uint32_t address = next_word(g);
  return is_permutation ? permuted(address, key) : address;
}

static void simulate(generator *g, outbreak_log *log) {
  world w = {.room = 256, .now = 0};
  for (int i = 0; i < 4; i++) key[i] = next_word(g);
  w.place = log->address;
  draw_distinct(g, w.place, draw_place);
  sort_words(w.place, VULNERABLE);
  w.run = malloc((RUNS + 1) * sizeof(int32_t));
  for (int run = 0, at = 0; run <= RUNS; run++) {
    while (at < VULNERABLE && w.place[at] * (RUNS / space) < run) at++;
    w.run[run] = at;
  }
  w.present = calloc((VULNERABLE >> 6) + 65, sizeof(uint64_t));
  w.words = calloc((VULNERABLE >> 12) + 1, sizeof(uint64_t));
  for (int at = 0; at < VULNERABLE; at++) w.present[at >> 6] |= 1ull << (at & 63), w.words[at >> 12] |= 1ull << (at >> 6 & 63);
  w.walk = malloc(VULNERABLE * sizeof(walker));
  w.infected = calloc(VULNERABLE, 1);
  w.heap = malloc(w.room * sizeof(int32_t));
  w.head = malloc((SPANS + 1) * sizeof(int32_t));
  memset(w.head, 0xff, (SPANS + 1) * sizeof(int32_t));
  int32_t seed[INFECTED];
  draw_seeds(g, seed);
  for (int i = 0; i < INFECTED; i++) {
    begin(&w, g, seed[i]);
    log_infection(log, seed[i], -1, 0);
  }
  for (int i = 0; i < INFECTED; i++) schedule(&w, g, seed[i], -1);
  for (int host; log->rows < VULNERABLE && (host = first_waiting(&w)) != NOBODY;) {
    walker *walk = &w.walk[host];
    const int target = walk->target;
    w.now = walk->time;
    walk->next += walk->probes;
    if (walk->next >= space) walk->next -= space;
    int behind = walk->next > 0 ? target + 1 : -1;
    if (!w.infected[target]) {
      begin(&w, g, target);
      log_infection(log, target, host, w.now);
      walk->meetings = 0;
      schedule(&w, g, host, behind);
      schedule(&w, g, target, -1);
      continue;
    }
    if (is_permutation) {
      if (++walk->meetings >= GIVE_UP) continue;
      walk->next = next_word(g);
      behind = -1;
    }
    schedule(&w, g, host, behind);
  }
  free(w.run), free(w.present), free(w.words), free(w.walk), free(w.infected), free(w.heap), free(w.head);
}

int main(int count, char **argument) {
  is_permutation = count > 2 && strcmp(argument[2], "permutation") == 0;
  return repeat_runs(count > 1 ? atoi(argument[1]) : 11, simulate);
}
