/** Pictures other than charts of lines: fields and maps. */
import { type AddressMap, addressMapSvg } from './address-map.ts';
import { type FieldChart, fieldSvg } from './field-chart.ts';
import type { HeatMap } from './heat-map.ts';
import { heatSvg } from './heat-svg.ts';
import { darkFigureStyle, type Theme } from './palette.ts';

export type Picture = FieldChart | HeatMap | AddressMap;

/** Returns the picture as standalone SVG text; the options are those of `toSvg`. */
export function pictureSvg(
  picture: Picture,
  { width = 760, theme = 'light' }: { readonly width?: number; readonly theme?: Theme } = {},
): string {
  const svg = drawn(picture, { width, theme });
  return theme === 'auto' ? svg.replace('</desc>', `</desc><style>${darkFigureStyle()}</style>`) : svg;
}

function drawn(picture: Picture, options: { readonly width: number; readonly theme: Theme }): string {
  if (picture.kind === 'field') return fieldSvg(picture, options);
  return picture.kind === 'heat' ? heatSvg(picture, options) : addressMapSvg(picture, options);
}
