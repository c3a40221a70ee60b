/*
 * What the references of scan strategies share: the outbreak (360,000 hosts of the IPv4 space, 150 infected, 50 probes a
 * second, two hours, no honeypots), hosts sorted by place, and the loop over repeats.
 */
#ifndef LIMIT_STRATEGY_H
#define LIMIT_STRATEGY_H

#include <stdio.h>
#include <string.h>

#include "random.h"

enum { VULNERABLE = 360000, INFECTED = 150, SAMPLES = 121 };
static const double space = 4294967296.0, scan_rate = 50, duration = 7200, spacing = 60;

/* What a run leaves behind: who infected whom, when, where, and the curve. */
typedef struct {
  int32_t *host, *infector;
  double *time;
  uint32_t *address;
  double infected[SAMPLES], half;
  int rows, samples;
} outbreak_log;

static inline void log_infection(outbreak_log *log, int host, int infector, double now) {
  while (log->samples * spacing < now) log->infected[log->samples++] = log->rows;
  log->host[log->rows] = host;
  log->infector[log->rows] = infector;
  log->time[log->rows] = now;
  if (++log->rows == VULNERABLE / 2) log->half = now;
}

/* Least significant digits first. */
static inline void sort_words(uint32_t *words, int count) {
  uint32_t *other = malloc(count * sizeof *other), *from = words, *to = other;
  for (int shift = 0; shift < 32; shift += 8) {
    int start[257] = {0};
    for (int i = 0; i < count; i++) start[(from[i] >> shift & 255) + 1]++;
    for (int i = 0; i < 256; i++) start[i + 1] += start[i];
    for (int i = 0; i < count; i++) to[start[from[i] >> shift & 255]++] = from[i];
    uint32_t *swap = from;
    from = to;
    to = swap;
  }
  free(other);
}

/* Different words, drawn by `draw` until they are. */
static inline void draw_distinct(generator *g, uint32_t *word, uint32_t (*draw)(generator *)) {
  enum { BITS = 20, SLOTS = 1 << BITS };
  int32_t *table = calloc(SLOTS, sizeof *table);
  for (int row = 0; row < VULNERABLE;) {
    const uint32_t drawn = draw(g);
    uint32_t slot = drawn * 0x9e3779b1u >> (32 - BITS);
    while (table[slot] && word[table[slot] - 1] != drawn) slot = (slot + 1) & (SLOTS - 1);
    if (table[slot]) continue;
    word[row] = drawn;
    table[slot] = ++row;
  }
  free(table);
}

/* The infected hosts at the start, all choices equally likely. */
static inline void draw_seeds(generator *g, int32_t *seed) {
  for (int i = 0; i < INFECTED;) {
    seed[i] = next_below(g, VULNERABLE);
    int before = 0;
    while (before < i && seed[before] != seed[i]) before++;
    if (before == i) i++;
  }
}

static inline int repeat_runs(int repeats, void (*simulate)(generator *, outbreak_log *)) {
  double *elapsed = malloc(repeats * sizeof *elapsed), ever = 0, half = 0;
  build_ziggurat();
  for (int i = 0; i < repeats; i++) {
    generator g;
    seed_generator(&g, i);
    const double before = milliseconds();
    outbreak_log log = {.host = malloc(VULNERABLE * sizeof(int32_t)), .infector = malloc(VULNERABLE * sizeof(int32_t))};
    log.time = malloc(VULNERABLE * sizeof(double));
    log.address = malloc(VULNERABLE * sizeof(uint32_t));
    simulate(&g, &log);
    while (log.samples < SAMPLES) log.infected[log.samples++] = log.rows;
    elapsed[i] = milliseconds() - before;
    ever += (double)log.rows / repeats;
    half += log.half / repeats;
    free(log.host), free(log.infector), free(log.time), free(log.address);
  }
  printf("{\"medianMilliseconds\":%.4f,\"everInfected\":%.2f,\"half\":%.2f}\n", median(elapsed, repeats), ever, half);
  return 0;
}

#endif
