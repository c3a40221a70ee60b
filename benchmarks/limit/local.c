/*
 * Reference for the engine `hosts` under the local preference of Code Red II: 3/8 of the probes go to the sender's /16, 1/2
 * to its /8, the others anywhere; hosts lie in 20,000 networks /16 of 116 networks /8. Only effective probes are drawn: from
 * a tree of sums over the networks of each size, then the sender and the target from the network's lists.
 * Usage: local REPEATS; prints the median milliseconds of a run, the mean ever infected and the mean time to half of the hosts.
 */
#include "strategy.h"

enum { SLASH8 = 116, SLASH16 = 20000, CHILDREN = 16, HEIGHTS = 6 };

typedef struct {
  double *sum[HEIGHTS];
  int heights;
} tree;

/* Hosts of each network: the susceptible ones first, then those that scan. */
typedef struct {
  int32_t *first, *susceptible, *member, *at, *network_of;
  tree rate;
  double probability;
  int networks, bits;
} level;

static tree make_tree(int count) {
  tree t = {.heights = 0};
  for (;;) {
    const int padded = (count + CHILDREN - 1) / CHILDREN * CHILDREN;
    t.sum[t.heights++] = calloc(padded, sizeof(double));
    if (count == 1) return t;
    count = padded / CHILDREN;
  }
}

static inline double sum_of(const double *child) {
  double sum = 0;
  for (int i = 0; i < CHILDREN; i++) sum += child[i];
  return sum;
}

static inline void set_rate(tree *t, int index, double value) {
  t->sum[0][index] = value;
  for (int height = 1; height < t->heights; height++) {
    index /= CHILDREN;
    t->sum[height][index] = sum_of(t->sum[height - 1] + index * CHILDREN);
  }
}

static inline double total_of(const tree *t) { return t->sum[t->heights - 1][0]; }

static inline int index_at(const tree *t, double point) {
  int node = 0;
  for (int height = t->heights - 2; height >= 0; height--) {
    const double *sum = t->sum[height];
    int chosen = node * CHILDREN;
    for (int child = chosen, end = chosen + CHILDREN; child < end; child++) {
      if (sum[child] == 0) continue;
      chosen = child;
      if (point < sum[child]) break;
      point -= sum[child];
    }
    node = chosen;
  }
  return node;
}

static level make_level(const uint32_t *address, int bits, double probability) {
  level l = {.probability = probability, .bits = bits};
  l.first = malloc((VULNERABLE + 1) * sizeof(int32_t));
  l.network_of = malloc(VULNERABLE * sizeof(int32_t));
  l.member = malloc(VULNERABLE * sizeof(int32_t));
  l.at = malloc(VULNERABLE * sizeof(int32_t));
  for (int host = 0; host < VULNERABLE; host++) {
    const int is_new = host == 0 || (bits < 32 && address[host] >> bits != address[host - 1] >> bits);
    if (is_new) l.first[l.networks++] = host;
    l.network_of[host] = l.networks - 1;
    l.member[host] = l.at[host] = host;
  }
  l.first[l.networks] = VULNERABLE;
  l.susceptible = malloc(l.networks * sizeof(int32_t));
  for (int n = 0; n < l.networks; n++) l.susceptible[n] = l.first[n + 1] - l.first[n];
  l.rate = make_tree(l.networks);
  return l;
}

static void free_level(level *l) {
  free(l->first), free(l->network_of), free(l->member), free(l->at), free(l->susceptible);
  for (int height = 0; height < l->rate.heights; height++) free(l->rate.sum[height]);
}

static inline void infect(level *l, int host) {
  const int n = l->network_of[host], first = l->first[n], size = l->first[n + 1] - first;
  const int to = first + --l->susceptible[n], at = l->at[host], other = l->member[to];
  l->member[at] = other;
  l->at[other] = at;
  l->member[to] = host;
  l->at[host] = to;
  const double addresses = l->bits == 32 ? space : (double)(1u << l->bits);
  set_rate(&l->rate, n, l->probability * (size - l->susceptible[n]) * l->susceptible[n] / addresses);
}

static uint32_t network16[SLASH16];

static uint32_t draw_address(generator *g) { return network16[next_below(g, SLASH16)] << 16 | next_word(g) >> 16; }

static void draw_networks(generator *g) {
  static uint32_t all[SLASH8 * 256];
  uint32_t slash8[256];
  for (int i = 0; i < 256; i++) slash8[i] = i;
  for (int i = 0; i < SLASH8; i++) {
    const int j = i + next_below(g, 256 - i);
    const uint32_t drawn = slash8[j];
    slash8[j] = slash8[i];
    slash8[i] = drawn;
    for (int k = 0; k < 256; k++) all[i * 256 + k] = drawn << 8 | k;
  }
  for (int i = 0; i < SLASH16; i++) {
    const int j = i + next_below(g, SLASH8 * 256 - i);
    network16[i] = all[j];
    all[j] = all[i];
  }
}

static void simulate(generator *g, outbreak_log *log) {
  draw_networks(g);
  draw_distinct(g, log->address, draw_address);
  sort_words(log->address, VULNERABLE);
  level part[3] = {make_level(log->address, 16, 3.0 / 8), make_level(log->address, 24, 1.0 / 2),
                   make_level(log->address, 32, 1.0 / 8)};
  int32_t seed[INFECTED];
  draw_seeds(g, seed);
  for (int i = 0; i < INFECTED; i++) {
    for (int p = 0; p < 3; p++) infect(&part[p], seed[i]);
    log_infection(log, seed[i], -1, 0);
  }
  double now = 0;
  while (log->rows < VULNERABLE) {
    const double own = total_of(&part[0].rate), wide = total_of(&part[1].rate), any = total_of(&part[2].rate);
    now += next_exponential(g) / ((own + wide + any) * scan_rate);
    if (now > duration) break;
    double point = (next_word(g) + next_word(g) * 0x1p-32) * 0x1p-32 * (own + wide + any);
    int p = 0;
    if (point >= own) point -= own, p = 1;
    if (p == 1 && point >= wide) point -= wide, p = 2;
    level *l = &part[p];
    const int n = index_at(&l->rate, point), first = l->first[n], susceptible = l->susceptible[n];
    const int sender = l->member[first + susceptible + next_below(g, l->first[n + 1] - first - susceptible)];
    const int target = l->member[first + next_below(g, susceptible)];
    for (p = 0; p < 3; p++) infect(&part[p], target);
    log_infection(log, target, sender, now);
  }
  for (int p = 0; p < 3; p++) free_level(&part[p]);
}

int main(int count, char **argument) { return repeat_runs(count > 1 ? atoi(argument[1]) : 11, simulate); }
