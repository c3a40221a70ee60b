/** Colours as pixels of an `ImageData`, seen as words of 32 bits. */

/** Red, green and blue of `#rrggbb`, each from 0 to 255. */
export type Rgb = readonly [number, number, number];

export function rgbOf(color: string): Rgb {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => Number.parseInt(color.slice(at, at + 2), 16));
  return [red, green, blue];
}

/** Returns a colour with an opacity from 0 to 1. */
export function pixelOf([red, green, blue]: Rgb, opacity: number): number {
  return ((Math.round(opacity * 255) << 24) | (blue << 16) | (green << 8) | red) >>> 0;
}

/** Returns the colour at a share of the way from one to another. */
export function mixed(from: Rgb, to: Rgb, share: number): Rgb {
  const between = (a: number, b: number): number => Math.round(a + (b - a) * share);
  return [between(from[0], to[0]), between(from[1], to[1]), between(from[2], to[2])];
}
