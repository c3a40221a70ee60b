/** A worker of the page: computes what would make the page wait. One task at a time. */
import { randomStreams } from '@wormwood/base';
import { engineNamed, placePopulation, PLACEMENT_STREAM, runChunk, transferables } from '@wormwood/epidemic';
import { designMap } from '@wormwood/report';
import { findPlan, marginalValues, type PlanRequest, sightingOf } from '@wormwood/study';
import type { Answer, PlacedRun, Plan, SingleTask, Task, Yield } from './task.ts';

addEventListener('message', (event: MessageEvent<Task>) => {
  void answer(event.data);
});

async function answer(task: Task): Promise<void> {
  try {
    const value = await carriedOut(task);
    send({ ok: true, value }, task.kind === 'chunk' ? transferables(value as Yield['chunk']) : []);
  } catch (error) {
    send({ ok: false, reason: error instanceof Error ? error.message : String(error) }, []);
  }
}

function send(message: Answer, transfer: Transferable[]): void {
  postMessage(message, { transfer });
}

async function carriedOut(task: Task): Promise<Yield[keyof Yield]> {
  switch (task.kind) {
    case 'chunk':
      return runChunk(task.request);
    case 'plan':
      return plan(task.request);
    case 'sighting':
      return sightingOf(task.alarmed, task.honeynet);
    case 'map':
      return designMap(task.outbreak, task.along);
    default:
      return single(task);
  }
}

function single({ engine, outbreak, seed, keepInfections }: SingleTask): PlacedRun {
  const streams = randomStreams(seed);
  const control = { shouldStop: () => false, progress: () => undefined, keepInfections };
  const run = engineNamed(engine).run(outbreak, { streams, replicate: 0 }, control);
  if (!keepInfections) return { run, honeypotAddress: [], immunized: new Int32Array(0) };
  // The engine drew the addresses from this stream.
  const { honeypotAddress } = placePopulation(outbreak, streams.stream(PLACEMENT_STREAM, 0));
  return {
    run,
    honeypotAddress: honeypotAddress.map((group) => Float64Array.from(group)),
    immunized: inOrder(run.infections?.immunizedSeconds ?? new Float64Array(0)),
  };
}

function inOrder(seconds: Float64Array): Int32Array {
  const hosts = Int32Array.from(seconds.keys()).filter((host) => Number.isFinite(seconds[host]));
  return hosts.sort((a, b) => seconds[a]! - seconds[b]!);
}

async function plan(request: PlanRequest): Promise<Plan> {
  const run = async (chunk: Parameters<typeof runChunk>[0]): Promise<readonly [Yield['chunk']]> =>
    Promise.resolve([runChunk(chunk)]);
  const found = await findPlan(request, run);
  return { found, marginal: found.isFeasible ? await marginalValues(request, found.place, run) : [] };
}
