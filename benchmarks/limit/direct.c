/*
 * Reference for the engine `stochastic`: the direct method on counts, one group of honeypots that starts at a time.
 * Usage: direct REPEATS DELAY_SECONDS; prints the median milliseconds of a run, its events and the mean ever infected.
 */
#include <stdio.h>
#include <string.h>

#include "random.h"

enum { VULNERABLE = 360000, INFECTED = 150, HONEYPOTS = 262144, SAMPLES = 8641 };
static const double space = 4294967296.0, scan_rate = 50, start = 1200, duration = 86400, spacing = 10;

typedef struct {
  double *susceptible, *infected;
  double peak, peak_time, area, area_contacted, extinction, time_to[4];
  double ever;
  long events;
} run;

static void simulate(generator *shared, double delay, run *out) {
  generator g = *shared;
  const double pairwise = scan_rate / space, recovery = delay > 0 ? 1 / delay : 0;
  const double crossing[5] = {VULNERABLE * 0.5, VULNERABLE - VULNERABLE * 0.9, VULNERABLE - VULNERABLE * 0.99, 0, -1};
  double time = 0, susceptible = VULNERABLE - INFECTED, fresh = INFECTED, contacted = 0;
  double next_sample = 0, peak = fresh, peak_time = 0, area = 0, area_contacted = 0, next_crossing = crossing[0];
  double boundary = start, contact = 0;
  int sample = 0, crossed = 0;
  long events = 0;
  for (;;) {
    const double infected = fresh + contacted;
    const double rate_infect = pairwise * susceptible * infected, rate_contact = contact * fresh;
    const double total = rate_infect + rate_contact + recovery * contacted;
    const double step = total > 0 ? next_exponential(&g) / total : INFINITY;
    const double then = time + step;
    if (__builtin_expect(then >= boundary, 0)) {
      while (next_sample <= boundary && sample < SAMPLES) {
        out->susceptible[sample] = susceptible;
        out->infected[sample++] = infected;
        next_sample = sample * spacing;
      }
      area += infected * (boundary - time);
      area_contacted += contacted * (boundary - time);
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
    area_contacted += contacted * step;
    time = then;
    events++;
    const double point = next_word(&g) * 0x1p-32 * total;
    if (point < rate_infect) {
      susceptible--;
      fresh++;
      if (fresh + contacted > peak) peak = fresh + contacted, peak_time = time;
      if (susceptible <= next_crossing) {
        out->time_to[crossed++] = time;
        next_crossing = crossing[crossed];
      }
    } else if (point < rate_infect + rate_contact) {
      fresh--;
      if (recovery > 0) contacted++;
      else if (fresh == 0) out->extinction = time;
    } else {
      contacted--;
      if (fresh + contacted == 0) out->extinction = time;
    }
  }
  out->peak = peak;
  out->peak_time = peak_time;
  out->area = area;
  out->area_contacted = area_contacted;
  out->ever = VULNERABLE - susceptible;
  out->events = events;
  *shared = g;
}

int main(int count, char **argument) {
  const int repeats = count > 1 ? atoi(argument[1]) : 101;
  const double delay = count > 2 ? atof(argument[2]) : 0;
  double *elapsed = malloc(repeats * sizeof *elapsed), ever = 0, events = 0;
  run out = {.susceptible = malloc(SAMPLES * sizeof(double)), .infected = malloc(SAMPLES * sizeof(double))};
  generator g;
  build_ziggurat();
  for (int i = 0; i < repeats; i++) {
    seed_generator(&g, i);
    const double before = milliseconds();
    simulate(&g, delay, &out);
    elapsed[i] = milliseconds() - before;
    ever += out.ever / repeats;
    events += (double)out.events / repeats;
  }
  printf("{\"medianMilliseconds\":%.4f,\"events\":%.1f,\"everInfected\":%.2f}\n", median(elapsed, repeats), events, ever);
  return 0;
}
