/*
 * Reference for the engine `probes`: the seed scenario with every probe drawn. Eight generators to a vector (AVX2), a first
 * filter by leading address bits read by gather, those that pass written down, and an exact table behind it. Time goes
 * as in the engine: from one effective probe to the next by a gamma draw, immunizations of waiting hosts between them.
 * Usage: probes FILTER_BITS DURATION_SECONDS DELAY_SECONDS; prints probes, hits, milliseconds and ever infected.
 */
#include <immintrin.h>
#include <stdio.h>
#include <string.h>

#include "random.h"

enum { VULNERABLE = 360000, INFECTED = 150, HONEYPOTS = 262144, TARGETS = VULNERABLE + HONEYPOTS, BLOCK = 1 << 15 };
enum { TABLE_BITS = 21, TABLE = 1 << TABLE_BITS };
static const double scan_rate = 50, start = 1200;

static uint32_t *filter;
static int filter_bits = 24;
static uint32_t key[TABLE];
static int32_t found[TABLE];
static uint32_t place[BLOCK + 8], target[BLOCK + 8];
static int32_t hit[BLOCK + 8];
static uint32_t hit_place[BLOCK + 8];
static uint32_t compaction[256][8];

typedef struct {
  __m256i word[4];
} generators;

static inline __m256i rotated(__m256i x, int by) {
  return _mm256_or_si256(_mm256_slli_epi32(x, by), _mm256_srli_epi32(x, 32 - by));
}

static inline __m256i next_words(generators *g) {
  __m256i *s = g->word;
  const __m256i result = _mm256_add_epi32(rotated(_mm256_add_epi32(s[0], s[3]), 7), s[0]);
  const __m256i t = _mm256_slli_epi32(s[1], 9);
  s[2] = _mm256_xor_si256(s[2], s[0]);
  s[3] = _mm256_xor_si256(s[3], s[1]);
  s[1] = _mm256_xor_si256(s[1], s[2]);
  s[0] = _mm256_xor_si256(s[0], s[3]);
  s[2] = _mm256_xor_si256(s[2], t);
  s[3] = rotated(s[3], 11);
  return result;
}

/* Draws a block; returns how many targets passed the filter. */
static int draw_block(generators *shared) {
  generators g = *shared;
  const __m256i one = _mm256_set1_epi32(1), low5 = _mm256_set1_epi32(31);
  const __m128i by = _mm_cvtsi32_si128(32 - filter_bits);
  __m256i lane = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
  int count = 0;
  for (int probe = 0; probe < BLOCK; probe += 8) {
    const __m256i address = next_words(&g);
    const __m256i run = _mm256_srl_epi32(address, by);
    const __m256i word = _mm256_i32gather_epi32((const int *)filter, _mm256_srli_epi32(run, 5), 4);
    const __m256i bit = _mm256_and_si256(_mm256_srlv_epi32(word, _mm256_and_si256(run, low5)), one);
    const int passed = _mm256_movemask_ps(_mm256_castsi256_ps(_mm256_slli_epi32(bit, 31)));
    const __m256i order = _mm256_loadu_si256((const __m256i *)compaction[passed]);
    _mm256_storeu_si256((__m256i *)(target + count), _mm256_permutevar8x32_epi32(address, order));
    _mm256_storeu_si256((__m256i *)(place + count), _mm256_permutevar8x32_epi32(lane, order));
    lane = _mm256_add_epi32(lane, _mm256_set1_epi32(8));
    count += __builtin_popcount(passed);
  }
  *shared = g;
  return count;
}

static inline uint32_t slot_of(uint32_t address) { return address * 0x9e3779b1u >> (32 - TABLE_BITS); }

static int find(uint32_t address) {
  for (uint32_t slot = slot_of(address);; slot = (slot + 1) & (TABLE - 1))
    if (found[slot] < 0 || key[slot] == address) return found[slot];
}

static void place_targets(generator *g) {
  memset(found, 0xff, sizeof found);
  for (int what = 0; what < TARGETS;) {
    const uint32_t address = next_word(g);
    if (find(address) >= 0) continue;
    uint32_t slot = slot_of(address);
    while (found[slot] >= 0) slot = (slot + 1) & (TABLE - 1);
    key[slot] = address;
    found[slot] = what++;
    const uint32_t run = address >> (32 - filter_bits);
    filter[run >> 5] |= 1u << (run & 31);
  }
}

static double uniform(generator *g) { return (next_word(g) + 0.5) * 0x1p-32; }

static double normal(generator *g) { return sqrt(-2 * log(uniform(g))) * cos(6.283185307179586 * uniform(g)); }

/* Marsaglia, Tsang 2000. */
static double gamma_draw(generator *g, double shape) {
  const double d = shape - 1.0 / 3, c = 1 / sqrt(9 * d);
  for (;;) {
    const double x = normal(g), v = 1 + c * x;
    if (v <= 0) continue;
    const double cube = v * v * v;
    if (log(uniform(g)) < 0.5 * x * x + d - d * cube + d * log(cube)) return d * cube;
  }
}

static uint8_t state[VULNERABLE];
static int32_t active[VULNERABLE], where[VULNERABLE], waiting[VULNERABLE];

int main(int count, char **argument) {
  filter_bits = count > 1 ? atoi(argument[1]) : 24;
  const double duration = count > 2 ? atof(argument[2]) : 86400, delay = count > 3 ? atof(argument[3]) : 1;
  filter = calloc((size_t)1 << (filter_bits - 5), 4);
  for (int mask = 0; mask < 256; mask++)
    for (int bit = 0, next = 0; bit < 8; bit++)
      if (mask >> bit & 1) compaction[mask][next++] = bit;
  generator g;
  seed_generator(&g, 1);
  const double before = milliseconds();
  place_targets(&g);
  generators lanes;
  for (int i = 0; i < 4; i++) {
    uint32_t words[8];
    for (int j = 0; j < 8; j++) words[j] = next_word(&g);
    lanes.word[i] = _mm256_loadu_si256((const __m256i *)words);
  }
  int actives = 0, waits = 0, hits = 0, next_hit = 0, at = BLOCK;
  for (int host = 0; host < INFECTED; host++) state[host] = 1, where[host] = actives, active[actives++] = host;
  double time = 0, probes = 0, all_hits = 0, ever = INFECTED;
  int started = 0;
  while (time < duration && actives > 0) {
    if (at == BLOCK) {
      const int passed = draw_block(&lanes);
      hits = next_hit = at = 0;
      for (int i = 0; i < passed; i++) {
        const int what = find(target[i]);
        if (what < 0) continue;
        hit_place[hits] = place[i];
        hit[hits++] = what;
      }
      all_hits += hits;
    }
    while (next_hit < hits && (int)hit_place[next_hit] < at) next_hit++;
    int ahead = next_hit;
    while (ahead < hits && (hit[ahead] < VULNERABLE ? state[hit[ahead]] != 0 : !started)) ahead++;
    const double probe_rate = scan_rate * actives, recovery = delay > 0 ? waits / delay : 0;
    const double p = recovery / (probe_rate + recovery);
    const double until = recovery > 0 ? floor(log(uniform(&g)) / log1p(-p)) : INFINITY;
    const int distance = ahead < hits ? (int)hit_place[ahead] - at + 1 : BLOCK - at;
    const int immunizes = until < distance;
    const double events = immunizes ? until + 1 : distance;
    const double elapsed = gamma_draw(&g, events) / (probe_rate + recovery);
    const double change = started ? duration : start;
    if (time + elapsed >= change) {
      const int sent = (int)((events - 1) * (change - time) / elapsed);
      at += sent, probes += sent, time = change, started = 1;
      continue;
    }
    time += elapsed;
    const int passed = immunizes ? (int)until : distance;
    at += passed, probes += passed;
    int leaves = -1;
    if (immunizes) {
      const int chosen = next_below(&g, waits);
      leaves = waiting[chosen];
      waiting[chosen] = waiting[--waits];
    } else if (ahead < hits) {
      const int what = hit[ahead];
      if (what < VULNERABLE) {
        state[what] = 1, where[what] = actives, active[actives++] = what, ever++;
      } else {
        const int sender = active[next_below(&g, actives)];
        if (state[sender] == 1) {
          if (delay > 0) state[sender] = 2, waiting[waits++] = sender;
          else leaves = sender;
        }
      }
    }
    if (leaves >= 0) {
      state[leaves] = 3;
      const int last = active[--actives];
      active[where[leaves]] = last, where[last] = where[leaves];
    }
  }
  printf("{\"probes\":%.0f,\"hits\":%.0f,\"milliseconds\":%.1f,\"everInfected\":%.0f}\n", probes, all_hits,
         milliseconds() - before, ever);
  return 0;
}
