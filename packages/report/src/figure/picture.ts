/** Pictures other than charts of lines: fields and maps. */
import { type AddressMap, addressMapSvg } from './address-map.ts';
import { type FieldChart, fieldSvg } from './field-chart.ts';
import { darkFigureStyle, type Theme } from './palette.ts';

export type Picture = FieldChart | AddressMap;

/** Returns the picture as standalone SVG text; the options are those of `toSvg`. */
export function pictureSvg(
  picture: Picture,
  { width = 760, theme = 'light' }: { readonly width?: number; readonly theme?: Theme } = {},
): string {
  const svg =
    picture.kind === 'field' ? fieldSvg(picture, { width, theme }) : addressMapSvg(picture, { width, theme });
  return theme === 'auto' ? svg.replace('</desc>', `</desc><style>${darkFigureStyle()}</style>`) : svg;
}
