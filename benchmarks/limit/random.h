/*
 * What the C references share: xoshiro128++ 1.0 (Blackman, Vigna 2021), exponential draws by a 256-layer ziggurat
 * (Marsaglia, Tsang 2000; position and layer from different bits), whole numbers below a bound (Lemire 2019), a clock.
 */
#ifndef LIMIT_RANDOM_H
#define LIMIT_RANDOM_H

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <time.h>

typedef struct {
  uint32_t word[4];
} generator;

static inline uint32_t rotate_left(uint32_t x, int by) { return (x << by) | (x >> (32 - by)); }

static inline uint32_t next_word(generator *g) {
  uint32_t *s = g->word;
  const uint32_t result = rotate_left(s[0] + s[3], 7) + s[0];
  const uint32_t t = s[1] << 9;
  s[2] ^= s[0];
  s[3] ^= s[1];
  s[1] ^= s[2];
  s[0] ^= s[3];
  s[2] ^= t;
  s[3] = rotate_left(s[3], 11);
  return result;
}

/* splitmix64, to fill the state. */
static inline void seed_generator(generator *g, uint64_t seed) {
  for (int i = 0; i < 4; i++) {
    uint64_t z = (seed += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    g->word[i] = (uint32_t)((z ^ (z >> 31)) >> 16);
  }
}

#define LAYERS 256
static double layer_accept[LAYERS], layer_width[LAYERS], layer_density[LAYERS + 1];
static const double tail_start = 7.69711747013105, layer_area = 0.003949659822581557;

static inline void build_ziggurat(void) {
  const double two_to_53 = 9007199254740992.0;
  double edge = layer_area / exp(-tail_start), above = tail_start;
  layer_density[0] = 0;
  for (int layer = 0; layer < LAYERS; layer++) {
    layer_width[layer] = edge / two_to_53;
    layer_accept[layer] = floor(above / edge * two_to_53);
    layer_density[layer + 1] = layer == LAYERS - 1 ? 1 : exp(-above);
    edge = above;
    above = layer >= LAYERS - 2 ? 0 : -log(exp(-edge) + layer_area / edge);
  }
}

static double exponential_slow(generator *g, int layer, double x);

static inline double next_exponential(generator *g) {
  const uint32_t a = next_word(g), b = next_word(g);
  const int layer = a & 255;
  const double j = (double)(((int64_t)(a >> 11) << 32) | b);
  const double x = j * layer_width[layer];
  if (__builtin_expect(j < layer_accept[layer], 1)) return x;
  /* A copy, so that the caller's generator may stay in registers. */
  generator copy = *g;
  const double slow = exponential_slow(&copy, layer, x);
  *g = copy;
  return slow;
}

static __attribute__((noinline)) double exponential_slow(generator *g, int layer, double x) {
  if (layer == 0) return tail_start + next_exponential(g);
  const double u = next_word(g) * 0x1p-32, bottom = layer_density[layer];
  return bottom + u * (layer_density[layer + 1] - bottom) < exp(-x) ? x : next_exponential(g);
}

static inline uint32_t next_below(generator *g, uint32_t bound) {
  for (;;) {
    const uint64_t product = (uint64_t)next_word(g) * bound;
    const uint32_t low = (uint32_t)product;
    if (__builtin_expect(low >= bound, 1) || low >= (uint32_t)-bound % bound) return (uint32_t)(product >> 32);
  }
}

/* Processor time of this process, which a busy machine disturbs less than the time of day. */
static inline double milliseconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return now.tv_sec * 1e3 + now.tv_nsec * 1e-6;
}

static int ascending(const void *a, const void *b) {
  const double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

static inline double median(double *values, int count) {
  qsort(values, count, sizeof *values, ascending);
  return values[count / 2];
}

#endif
