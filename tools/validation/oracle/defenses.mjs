/**
 * What each defense does in the agent simulation, one function a kind. A function returns rules; each is asked at one step
 * of a probe's life or receives one event of a host's:
 *
 * | rule | asked or informed |
 * |---|---|
 * | `infection(host)`, `scanning(host)`, `immunized(host)` | a host has been infected; its latency is over; it is immunized |
 * | `isSilent(host)`, `isIsolated(host)` | whether the host sends nothing; whether it neither sends nor receives |
 * | `limit(host)` | the most probes a second that it sends |
 * | `passesHost(host)`, `passesPath()` | the probability that a probe gets past the sender's own block, or past the paths |
 * | `shared({load, scanning})` | what the network that all share leaves of each probe |
 *
 * Steps come in this order: silence, limit, the sender's block, the shared network, the paths, the address.
 */

export function defenseOf(measure, world) {
  return defenses[measure.kind](measure, world);
}

const defenses = {
  honeypots,
  blacklist,
  'avoided-honeypots': avoidedHoneypots,
  'bandwidth-cap': bandwidthCap,
  'clean-up': cleanUp,
  congestion,
  filter,
  'counter-worm': counterWorm,
  disinfection,
  quarantine,
  'kill-switch': killSwitch,
  'patch-scanning': patchScanning,
  patching,
  throttle,
};

/** Calls `begin` when a defense starts: at a time, or after a telescope on addresses of its own saw enough probes. */
function whenItStarts({ start }, world, begin) {
  if (start.kind === 'time') {
    if (start.timeSeconds === 0) begin();
    else world.at(start.timeSeconds, begin);
    return;
  }
  const isEnough = counter(start.probes, start.prepareSeconds, world, begin);
  for (let k = 0; k < start.monitoredAddresses; k++) world.occupant.set(world.freeAddress(), isEnough);
}

/** Returns what counts one probe; at the last of `wanted`, and some time for preparation, comes `begin`. */
function counter(wanted, prepareSeconds, world, begin) {
  let seen = 0;
  const prepare = () => {
    if (prepareSeconds > 0) world.at(world.now + prepareSeconds, begin);
    else begin();
  };
  if (wanted === 0) prepare();
  return () => {
    if (++seen === wanted) prepare();
  };
}

/** Hosts that a defense has on them, each with a probability that is drawn when it is first asked for. */
function reached(coverage, world) {
  const drawn = new Map();
  return (host) => {
    if (!drawn.has(host)) drawn.set(host, world.happens(coverage));
    return drawn.get(host);
  };
}

/**
 * Calls `infected` for each infected host from its infection on, `scanning` for each that scans from its first probe on, or from
 * the start of the defense if that is later.
 */
function fromInfection(measure, world, { infected = () => {}, scanning = () => {} }) {
  let hasStarted = false;
  whenItStarts(measure, world, () => {
    hasStarted = true;
    for (const host of world.hosts) {
      if (world.isInfected(host)) infected(host);
      if (host.state === 'I') scanning(host);
    }
  });
  return {
    infection: (host) => hasStarted && infected(host),
    scanning: (host) => hasStarted && scanning(host),
  };
}

function honeypots({ count, start, delaySeconds, success }, world) {
  let hasStarted = false;
  const begin = () => (hasStarted = true);
  let listen = () => {};
  if (start.kind === 'time') whenItStarts({ start }, world, begin);
  else listen = counter(start.contacts, start.prepareSeconds, world, begin);
  // Groups of one delay are one detector, so that a group cut in two is the same group.
  const clocks = world.clocksOf(delaySeconds);
  const contact = (host) => {
    const immunizes = hasStarted && world.happens(success);
    listen();
    if (!immunizes || clocks.get(host) === host.life) return;
    // The first contact of this infection that takes effect; those after it change nothing.
    clocks.set(host, host.life);
    if (delaySeconds === 0) world.immunize(host);
    else world.clock(host, delaySeconds, () => world.immunize(host));
  };
  for (let k = 0; k < count; k++) world.occupant.set(world.freeAddress(), contact);
  return {};
}

function avoidedHoneypots({ count, learning, coverage, ...measure }, world) {
  let hasStarted = false;
  whenItStarts(measure, world, () => (hasStarted = true));
  for (let k = 0; k < count; k++) {
    const address = world.freeAddress();
    world.occupant.set(address, (host) => {
      if (!hasStarted) return;
      // Nobody probes an address any more that is given away; it stays taken.
      if (world.happens(learning)) world.occupant.set(address, () => {});
      if (world.happens(coverage)) world.immunize(host);
    });
  }
  return {};
}

function blacklist({ reactionSeconds, coverage, ...measure }, world) {
  const block = blockAfter(reactionSeconds, coverage, world);
  return { ...fromInfection(measure, world, { scanning: block.begin }), passesHost: block.passesHost };
}

/** A block of a host that closes when a clock of its own rings. */
function blockAfter(meanSeconds, coverage, world) {
  const blockedLife = new Map();
  const begin = (host) =>
    world.clock(host, meanSeconds, () => {
      blockedLife.set(host, host.life);
      world.changed();
    });
  return { begin, passesHost: (host) => (blockedLife.get(host) === host.life ? 1 - coverage : 1) };
}

function cleanUp({ containSeconds, cleanSeconds, coverage, sparesLatent = false, ...measure }, world) {
  const block = blockAfter(containSeconds, coverage, world);
  const clean = (host) => world.clock(host, cleanSeconds, () => world.immunize(host));
  const scanning = (host) => {
    block.begin(host);
    if (sparesLatent) clean(host);
  };
  return {
    ...fromInfection(measure, world, sparesLatent ? { scanning } : { infected: clean, scanning }),
    passesHost: block.passesHost,
  };
}

function disinfection({ ratePerSecond, coverage, sparesLatent = false, ...measure }, world) {
  const clean = (host) => world.clock(host, 1 / (ratePerSecond * coverage), () => world.immunize(host));
  return fromInfection(measure, world, sparesLatent ? { scanning: clean } : { infected: clean });
}

function bandwidthCap({ probesPerSecond, ...measure }, world) {
  return whileItActs(measure, world, {
    shared: ({ load }) => ({ cap: Math.min(1, probesPerSecond / load) }),
  });
}

function congestion({ exponent, ...measure }, world) {
  const { vulnerable } = world.outbreak.population;
  const slowed = (scanning) => (1 - scanning / vulnerable) ** exponent;
  return whileItActs(measure, world, { shared: ({ scanning }) => ({ slowed: slowed(scanning) }) });
}

/** Gives an empty list of rules its own when the defense starts. */
function whileItActs(measure, world, rules) {
  const acting = {};
  whenItStarts(measure, world, () => {
    Object.assign(acting, rules);
    world.changed();
  });
  return acting;
}

function filter({ coverage, ...measure }, world) {
  return whileItActs(measure, world, { passesPath: () => 1 - coverage });
}

function throttle({ coverage, allowedPerSecond, ...measure }, world) {
  const has = reached(coverage, world);
  return whileItActs(measure, world, { limit: (host) => (has(host) ? allowedPerSecond : Infinity) });
}

function killSwitch({ coverage, ...measure }, world) {
  return whileItActs(measure, world, { isSilent: reached(coverage, world) });
}

function quarantine(measure, world) {
  const { alarmRatePerSecond, falseAlarmRatePerSecond, quarantineSeconds, quarantineLaw, coverage } = measure;
  const isolated = new Set();
  const alarms = new Map();
  const isIsolated = (host) => isolated.has(host);
  const isWatched = reached(coverage, world);
  const release = (host) => {
    isolated.delete(host);
    world.changed();
  };
  const alarm = (host) => {
    if (isIsolated(host)) return;
    isolated.add(host);
    world.changed();
    // An alarm after an immunization begins another isolation, which the end of this one does not cut short.
    const number = (alarms.get(host) ?? 0) + 1;
    alarms.set(host, number);
    world.at(world.now + world.delay(quarantineSeconds, quarantineLaw), () => {
      if (alarms.get(host) === number) release(host);
    });
  };
  whenItStarts(measure, world, () => {
    for (const host of world.hosts.filter(isWatched)) {
      world.repeat(alarmRatePerSecond, () => world.isInfected(host) && alarm(host));
      world.repeat(falseAlarmRatePerSecond, () => host.state === 'S' && alarm(host));
    }
  });
  return { isIsolated, immunized: (host) => isolated.delete(host) };
}

function patching({ curve, coverage, ...measure }, world) {
  const { vulnerable } = world.outbreak.population;
  whenItStarts(measure, world, () => {
    const began = world.now;
    const shareOfCurve = () => {
      if (curve.kind === 'constant') return 1;
      if (curve.kind === 'awareness') return world.everInfected.size / vulnerable;
      const odds = (1 / curve.firstFraction - 1) * Math.exp(-curve.ratePerSecond * (world.now - began));
      return 1 / (1 + odds);
    };
    for (const host of world.hosts) {
      world.repeat(curve.ratePerSecond * coverage, () => {
        if (host.state === 'S' && world.happens(shareOfCurve())) world.immunize(host);
      });
    }
  });
  return {};
}

function patchScanning({ probesPerSecond, coverage, ...measure }, world) {
  whenItStarts(measure, world, () =>
    world.repeat(probesPerSecond, () => {
      const host = world.hostAt(world.anyAddress());
      if (host?.state === 'S' && world.happens(coverage)) world.immunize(host);
    }),
  );
  return {};
}

function counterWorm({ hosts, scanRatePerSecond, entersInfected, ...measure }, world) {
  const scan = () =>
    world.repeat(scanRatePerSecond, () => {
      const host = world.hostAt(world.anyAddress());
      if (host === undefined || host.state === 'R') return;
      if (world.isInfected(host) && !entersInfected) return;
      world.immunize(host);
      scan();
    });
  whenItStarts(measure, world, () => {
    for (let k = 0; k < hosts; k++) scan();
  });
  return {};
}
