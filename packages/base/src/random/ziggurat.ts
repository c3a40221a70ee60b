/**
 * The tables of the ziggurat method: 256 layers of equal area which cover a decreasing density.
 * Source: Marsaglia, Tsang, "The ziggurat method for generating random variables", J. Stat. Software 5(8), 2000;
 * with Doornik's correction (2005): the layer and the position within it come from different bits.
 */

import { exp, log } from '../math/portable-math.ts';

const LAYERS = 256;
const TWO_TO_53 = 0x20000000000000;

/**
 * The layers, widest first. For a 53-bit integer j, x = j * w[layer] is uniform over the layer's width; if
 * j < k[layer] the point lies under the density whatever its height. f[layer] is the density at the layer's right
 * edge, f[layer + 1] at the edge of the layer above; f has one entry more than the others.
 */
export interface ZigguratTables {
  readonly k: Float64Array;
  readonly w: Float64Array;
  readonly f: Float64Array;
  /** The right edge of the lowest layer's rectangle, where the tail starts. */
  readonly tailStart: number;
}

/**
 * The tables of the density e^-x. A kernel inlines the common case, met 98.9 times in 100, so:
 *
 *     a = nextUint32(); b = nextUint32();
 *     layer = a & 255; j = (a >>> 11) * 2**32 + b;
 *     x = j * w[layer];
 *     if (j < k[layer]) return x;
 *
 * and otherwise calls `exponentialOutsideLayer(stream, layer, x)` with its state written back.
 */
export const exponentialZiggurat: ZigguratTables = buildZiggurat({
  tailStart: 7.69711747013105,
  layerArea: 0.003949659822581557,
  density: (x) => exp(-x),
  inverse: (y) => -log(y),
});

/** The tables of the density e^(-x^2/2) on the positive half line. */
export const normalZiggurat: ZigguratTables = buildZiggurat({
  tailStart: 3.654152885361009,
  layerArea: 0.004928673233974655,
  density: (x) => exp(-0.5 * x * x),
  inverse: (y) => Math.sqrt(-2 * log(y)),
});

interface ZigguratShape {
  /** Where the lowest layer's rectangle ends and the tail begins, such that the 256th layer closes at density 1. */
  readonly tailStart: number;
  /** The area of each layer; the lowest includes the tail. */
  readonly layerArea: number;
  readonly density: (x: number) => number;
  readonly inverse: (y: number) => number;
}

function buildZiggurat(shape: ZigguratShape): ZigguratTables {
  const k = new Float64Array(LAYERS);
  const w = new Float64Array(LAYERS);
  const f = new Float64Array(LAYERS + 1);
  // The lowest layer counts as a rectangle as wide as its area, tail included, demands.
  let edge = shape.layerArea / shape.density(shape.tailStart);
  let edgeAbove = shape.tailStart;
  f[0] = 0;
  for (let layer = 0; layer < LAYERS; layer++) {
    w[layer] = edge / TWO_TO_53;
    k[layer] = Math.floor((edgeAbove / edge) * TWO_TO_53);
    f[layer + 1] = layer === LAYERS - 1 ? 1 : shape.density(edgeAbove);
    edge = edgeAbove;
    const height = shape.density(edge) + shape.layerArea / edge;
    edgeAbove = layer >= LAYERS - 2 ? 0 : shape.inverse(height);
  }
  return { k, w, f, tailStart: shape.tailStart };
}
