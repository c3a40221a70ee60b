/*
 * Reference for the engine `hosts`: the same event loop with every host by its number, in the order of infection; who
 * infected whom and when is kept, and with ADDRESSES = 1 each host has an address of its own in the IPv4 space.
 * Usage: hosts REPEATS DELAY_SECONDS ADDRESSES; prints the median milliseconds of a run, its events and the mean ever
 * infected.
 */
#include <stdio.h>
#include <string.h>

#include "random.h"

enum { VULNERABLE = 360000, INFECTED = 150, HONEYPOTS = 262144, SAMPLES = 8641 };
static const double space = 4294967296.0, scan_rate = 50, start = 1200, duration = 86400, spacing = 10;

typedef struct {
  double *susceptible, *infected;
  int32_t *infector;
  double *infection_time;
  uint32_t *address;
  double peak, peak_time, area, area_contacted, extinction, time_to[4];
  double ever;
  long events;
} run;

/* `active` holds the infected hosts, fresh ones first; gaps are filled by moves. */
static void simulate(generator *shared, double delay, int32_t *active, run *out) {
  generator g = *shared;
  const double pairwise = scan_rate / space, recovery = delay > 0 ? 1 / delay : 0;
  const double crossing[5] = {VULNERABLE * 0.5, VULNERABLE - VULNERABLE * 0.9, VULNERABLE - VULNERABLE * 0.99, 0, -1};
  double time = 0, next_sample = 0, peak_time = 0, area = 0, area_contacted = 0, next_crossing = crossing[0];
  double boundary = start, contact = 0;
  int susceptible = VULNERABLE - INFECTED, fresh = INFECTED, infected = INFECTED, peak = INFECTED;
  int sample = 0, crossed = 0, rows = 0;
  long events = 0;
  for (int i = 0; i < INFECTED; i++) {
    active[i] = i;
    out->infector[rows] = -1;
    out->infection_time[rows++] = 0;
  }
  for (;;) {
    const double rate_infect = pairwise * susceptible * infected, rate_contact = contact * fresh;
    const double total = rate_infect + rate_contact + recovery * (infected - fresh);
    const double step = total > 0 ? next_exponential(&g) / total : INFINITY;
    const double then = time + step;
    if (__builtin_expect(then >= boundary, 0)) {
      while (next_sample <= boundary && sample < SAMPLES) {
        out->susceptible[sample] = susceptible;
        out->infected[sample++] = infected;
        next_sample = sample * spacing;
      }
      area += infected * (boundary - time);
      area_contacted += (infected - fresh) * (boundary - time);
      time = boundary;
      if (boundary >= duration) break;
      boundary = duration;
      contact = pairwise * HONEYPOTS;
      continue;
    }
    while (then > next_sample) {
      out->susceptible[sample] = susceptible;
      out->infected[sample++] = infected;
      next_sample = sample * spacing;
    }
    area += infected * step;
    area_contacted += (infected - fresh) * step;
    time = then;
    events++;
    const double point = next_word(&g) * 0x1p-32 * total;
    if (point < rate_infect) {
      out->infector[rows] = active[next_below(&g, infected)];
      active[infected++] = active[fresh];
      active[fresh++] = rows;
      susceptible--;
      out->infection_time[rows++] = time;
      if (infected > peak) peak = infected, peak_time = time;
      if (susceptible <= next_crossing) {
        out->time_to[crossed++] = time;
        next_crossing = crossing[crossed];
      }
    } else if (point < rate_infect + rate_contact) {
      const uint32_t at = next_below(&g, fresh);
      const int32_t host = active[at];
      active[at] = active[--fresh];
      if (recovery > 0) active[fresh] = host;
      else if (--infected == 0) out->extinction = time;
    } else {
      const uint32_t at = fresh + next_below(&g, infected - fresh);
      active[at] = active[--infected];
      if (infected == 0) out->extinction = time;
    }
  }
  out->peak = peak;
  out->peak_time = peak_time;
  out->area = area;
  out->area_contacted = area_contacted;
  out->ever = rows;
  out->events = events;
  *shared = g;
}

/* Distinct addresses by rejection, with an open hash table of rows. */
static void place(generator *shared, uint32_t *address) {
  enum { BITS = 20, SLOTS = 1 << BITS };
  generator g = *shared;
  int32_t *table = calloc(SLOTS, sizeof *table);
  for (int row = 0; row < VULNERABLE;) {
    const uint32_t drawn = next_word(&g);
    uint32_t slot = drawn * 0x9e3779b1u >> (32 - BITS);
    while (table[slot] && address[table[slot] - 1] != drawn) slot = (slot + 1) & (SLOTS - 1);
    if (table[slot]) continue;
    address[row] = drawn;
    table[slot] = ++row;
  }
  free(table);
  *shared = g;
}

int main(int count, char **argument) {
  const int repeats = count > 1 ? atoi(argument[1]) : 101;
  const double delay = count > 2 ? atof(argument[2]) : 0;
  const int addresses = count > 3 ? atoi(argument[3]) : 0;
  double *elapsed = malloc(repeats * sizeof *elapsed), ever = 0, events = 0;
  generator g;
  build_ziggurat();
  for (int i = 0; i < repeats; i++) {
    seed_generator(&g, i);
    const double before = milliseconds();
    run out = {.susceptible = malloc(SAMPLES * sizeof(double)), .infected = malloc(SAMPLES * sizeof(double))};
    out.infector = malloc(VULNERABLE * sizeof(int32_t));
    out.infection_time = malloc(VULNERABLE * sizeof(double));
    out.address = malloc(VULNERABLE * sizeof(uint32_t));
    int32_t *active = malloc(VULNERABLE * sizeof(int32_t));
    simulate(&g, delay, active, &out);
    if (addresses) place(&g, out.address);
    free(active);
    elapsed[i] = milliseconds() - before;
    ever += out.ever / repeats;
    events += (double)out.events / repeats;
    free(out.susceptible), free(out.infected), free(out.address), free(out.infector), free(out.infection_time);
  }
  printf("{\"medianMilliseconds\":%.4f,\"events\":%.1f,\"everInfected\":%.2f}\n", median(elapsed, repeats), events, ever);
  return 0;
}
