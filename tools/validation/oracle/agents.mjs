/**
 * An outbreak, host by host and probe by probe, in the plainest way there is: the reference for the engines where defenses
 * combine. It shares no code with them, has a generator of its own, and is written from docs/scenarios.md and docs/models.md.
 * Every probe of every infected host is sent; nothing is skipped, nothing averaged. Only small spaces are practical.
 */
import { defenseOf } from './defenses.mjs';
import { Heap } from './heap.mjs';
import { random } from './random.mjs';

/**
 * Runs `outbreak` once.
 *
 * @returns {{time: number[], susceptible: number[], infected: number[], immunized: number[], everInfected: number}} counts of
 * hosts at each sample, and the hosts ever infected by the end.
 */
export function simulate(outbreak, seed) {
  const world = new World(outbreak, seed);
  const { durationSeconds, sampleSeconds } = outbreak;
  const series = { time: [], susceptible: [], infected: [], immunized: [] };
  const sample = () => {
    const { S, E, I, R } = world.count;
    series.time.push(world.now);
    series.susceptible.push(S);
    series.infected.push(E + I);
    series.immunized.push(R);
  };
  sample();
  for (let k = 1; k * sampleSeconds < durationSeconds; k++) world.at(k * sampleSeconds, sample);
  world.at(durationSeconds, sample);
  while (world.events.size > 0 && world.events.firstTime() <= durationSeconds) world.step();
  return { ...series, everInfected: world.everInfected.size };
}

/** Hosts are S (susceptible), E (infected, latent), I (infected, past latency) or R (immunized). */
class World {
  now = 0;
  everInfected = new Set();
  events = new Heap();
  hosts = [];
  outbreak;
  chance;
  count;
  /** What is at an address: a host, or a function that a worm's probe to the address calls with the sender. */
  occupant = new Map();
  rules;
  #shared = null;
  #detectors = new Map();

  constructor(outbreak, seed) {
    this.outbreak = outbreak;
    this.chance = random(seed);
    const { vulnerable, infected, churnRatePerSecond = 0 } = outbreak.population;
    this.count = { S: vulnerable, E: 0, I: 0, R: 0 };
    for (let index = 0; index < vulnerable; index++) {
      const host = {
        address: this.freeAddress(this.outbreak.population.placement),
        state: 'S',
        life: 0,
        rate: this.#drawRate(),
        isAwake: true,
      };
      this.occupant.set(host.address, host);
      this.hosts.push(host);
    }
    const measures = [...outbreak.honeypots, ...(outbreak.countermeasures ?? [])];
    this.#followPace();
    this.rules = measures.map((measure) => defenseOf(measure, this));
    for (const host of this.hosts.slice(0, infected)) this.infect(host);
    if (churnRatePerSecond > 0) {
      for (const host of this.hosts) this.repeat(churnRatePerSecond, () => this.#enter(host, 'S'));
    }
  }

  /** Returns a time of a mean by its law, exponential without one. */
  delay(meanSeconds, law = { kind: 'exponential' }) {
    if (law.kind === 'exponential') return meanSeconds * this.exponential();
    if (law.kind === 'fixed') return meanSeconds;
    if (law.kind === 'uniform') return meanSeconds * (1 + law.spread * (2 * this.chance() - 1));
    if (law.kind === 'log-normal')
      return meanSeconds * Math.exp(law.sigma * this.normal() - law.sigma ** 2 / 2);
    if (!Number.isInteger(law.shape)) throw new Error('Agents add up whole numbers of stages.');
    let sum = 0;
    for (let stage = 0; stage < law.shape; stage++) sum += this.exponential();
    return (meanSeconds * sum) / law.shape;
  }

  at(time, action) {
    this.events.push(time, action);
  }

  /** Calls `action` after an exponential time. */
  after(meanSeconds, action) {
    if (meanSeconds < Infinity) this.at(this.now + meanSeconds * this.exponential(), action);
  }

  /** Calls `action` at each event of a Poisson process. */
  repeat(ratePerSecond, action) {
    this.after(1 / ratePerSecond, () => {
      action();
      this.repeat(ratePerSecond, action);
    });
  }

  /** Calls `action` after an exponential time unless the infection of the host has ended by then. */
  clock(host, meanSeconds, action) {
    const { life } = host;
    this.after(meanSeconds, () => {
      if (host.life === life) action();
    });
  }

  step() {
    const { time, action } = this.events.pop();
    this.now = time;
    action();
  }

  exponential() {
    return -Math.log(1 - this.chance());
  }

  normal() {
    return Math.sqrt(2 * this.exponential()) * Math.cos(2 * Math.PI * this.chance());
  }

  happens(probability) {
    return this.chance() < probability;
  }

  anyAddress() {
    return Math.floor(this.chance() * this.outbreak.addressSpaceSize);
  }

  /** Returns an address at which nothing is, anywhere or in the one range of a placement. */
  freeAddress({ ranges } = { ranges: [{ first: 0, size: this.outbreak.addressSpaceSize }] }) {
    for (;;) {
      const address = ranges[0].first + Math.floor(this.chance() * ranges[0].size);
      if (!this.occupant.has(address)) return address;
    }
  }

  isInfected(host) {
    return host.state === 'E' || host.state === 'I';
  }

  infect(host) {
    this.everInfected.add(host.address);
    this.#enter(host, 'E');
    for (const rule of this.rules) rule.infection?.(host);
    const { rebootRatePerSecond = 0 } = this.outbreak.population;
    const { latentSeconds = 0 } = this.outbreak.worm;
    this.clock(host, 1 / rebootRatePerSecond, () => this.#enter(host, 'S'));
    if (latentSeconds > 0) this.clock(host, latentSeconds, () => this.#scan(host));
    else this.#scan(host);
  }

  immunize(host) {
    this.#enter(host, 'R');
    for (const rule of this.rules) rule.immunized?.(host);
  }

  /** The hosts with a running clock of the honeypots of one delay, each with the infection that it runs for. */
  clocksOf(delaySeconds) {
    if (!this.#detectors.has(delaySeconds)) this.#detectors.set(delaySeconds, new Map());
    return this.#detectors.get(delaySeconds);
  }

  /** What hosts or defenses do has changed: the load of the network is counted anew. */
  changed() {
    this.#shared = null;
  }

  #enter(host, state) {
    this.count[host.state]--;
    this.count[state]++;
    // Clocks run for one infection: becoming susceptible or immunized ends them, the end of latency does not.
    if (state === 'S' || state === 'R') host.life++;
    host.state = state;
    this.changed();
  }

  #drawRate() {
    const { scanRatePerSecond, scanRates } = this.outbreak.worm;
    if (scanRates === undefined) return scanRatePerSecond;
    if (scanRates.kind === 'log-normal') {
      return scanRatePerSecond * Math.exp(scanRates.sigma * this.normal() - scanRates.sigma ** 2 / 2);
    }
    let u = this.chance();
    return scanRates.classes.find(({ fraction }) => (u -= fraction) < 0)?.scanRatePerSecond ?? 0;
  }

  #scan(host) {
    this.#enter(host, 'I');
    for (const rule of this.rules) rule.scanning?.(host);
    const { life } = host;
    this.#fallAsleep(host);
    const next = () =>
      this.after(1 / (host.rate * this.#fastest), () => {
        if (host.life !== life) return;
        this.#send(host);
        next();
      });
    next();
  }

  /** Lets a host sleep and wake until its infection ends. */
  #fallAsleep(host) {
    host.isAwake = true;
    const { sleepRatePerSecond = 0, wakeRatePerSecond = 0 } = this.outbreak.worm.dormancy ?? {};
    const turn = (isAwake, ratePerSecond, then) => {
      this.clock(host, 1 / ratePerSecond, () => {
        host.isAwake = isAwake;
        this.changed();
        then();
      });
    };
    const sleep = () => turn(false, sleepRatePerSecond, () => turn(true, wakeRatePerSecond, sleep));
    sleep();
  }

  /** The factor of all scan rates at present, and the greatest that it ever is. */
  #pace = 1;
  #fastest = 1;

  #followPace() {
    for (const { timeSeconds, factor } of this.outbreak.worm.rateChanges ?? []) {
      this.#fastest = Math.max(this.#fastest, factor);
      this.at(timeSeconds, () => {
        this.#pace = factor;
        this.changed();
      });
    }
  }

  /** One probe that the host would send at its fastest were nothing done against it. */
  #send(host) {
    const { rules } = this;
    if (!this.happens(this.#ownRate(host) / (host.rate * this.#fastest))) return;
    if (!rules.every((rule) => this.happens(rule.passesHost?.(host) ?? 1))) return;
    if (!this.happens(this.#sharedFactor())) return;
    if (!rules.every((rule) => this.happens(rule.passesPath?.() ?? 1))) return;
    const there = this.occupant.get(this.#target(host));
    if (there === undefined) return;
    if (typeof there === 'function') there(host);
    else if (there.state === 'S' && this.isReachable(there)) this.infect(there);
  }

  /** Returns the host at an address; none where there is none, or where nothing gets through to it. */
  hostAt(address) {
    const there = this.occupant.get(address);
    return there === undefined || typeof there === 'function' || !this.isReachable(there) ? undefined : there;
  }

  isReachable(host) {
    return !this.rules.some((rule) => rule.isIsolated?.(host));
  }

  /** Probes a second that leave a host's worm: none, or the lowest of all limits. */
  #ownRate(host) {
    if (host.state !== 'I' || !host.isAwake) return 0;
    let rate = host.rate * this.#pace;
    for (const rule of this.rules) {
      if (rule.isSilent?.(host) || rule.isIsolated?.(host)) return 0;
      rate = Math.min(rate, rule.limit?.(host) ?? Infinity);
    }
    return rate;
  }

  /** What a shared network leaves of each probe, when all infected hosts send theirs into it. */
  #sharedFactor() {
    const networks = this.rules.filter((rule) => rule.shared);
    if (networks.length === 0) return 1;
    if (this.#shared === null) {
      let load = 0;
      let scanning = 0;
      for (const host of this.hosts) {
        const rate = this.#ownRate(host);
        if (rate === 0) continue;
        const passes = this.rules.reduce((share, rule) => share * (rule.passesHost?.(host) ?? 1), 1);
        load += rate * passes;
        scanning += passes;
      }
      const factors = networks.map((rule) => rule.shared({ load, scanning }));
      const caps = factors.map(({ cap = 1 }) => cap);
      this.#shared = factors.reduce((product, { slowed = 1 }) => product * slowed, Math.min(...caps));
    }
    return this.#shared;
  }

  #target(host) {
    const { strategy } = this.outbreak.worm;
    if (strategy.kind === 'uniform') return this.anyAddress();
    if (strategy.kind === 'topological') {
      const known = strategy.neighbors[this.hosts.indexOf(host)];
      // Address −1 belongs to no host.
      return known.length === 0 ? -1 : this.hosts[known[Math.floor(this.chance() * known.length)]].address;
    }
    if (strategy.kind !== 'local') throw new Error(`No agent scans by the strategy ${strategy.kind}.`);
    let u = this.chance();
    const { addresses, probability: close = 0 } = strategy.around ?? {};
    if ((u -= close) < 0) {
      const lowest = Math.max(0, host.address - addresses);
      const highest = Math.min(this.outbreak.addressSpaceSize - 1, host.address + addresses);
      return lowest + Math.floor(this.chance() * (highest - lowest + 1));
    }
    for (const { networkSize, probability } of strategy.levels) {
      if ((u -= probability) >= 0) continue;
      const first = host.address - (host.address % networkSize);
      return first + Math.floor(this.chance() * networkSize);
    }
    return this.anyAddress();
  }
}
