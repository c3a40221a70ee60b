import { describe, expect, it } from 'vitest';
import { type LineChart, toSvg } from '@wormwood/report';
import { svgToPng } from './png.ts';

const chart: LineChart = {
  kind: 'lines',
  id: 'example',
  title: 'Hosts over time: δ ≤ 1/β',
  caption: 'A curve.',
  x: { label: 'time (s)' },
  y: { label: 'hosts' },
  lines: [{ name: 'infected now', role: 'infected', x: [0, 1, 2], y: [0, 3, 1] }],
  moments: [],
};

/** Width and height of a PNG (PNG specification, 11.2.2 IHDR). */
function sizeOf(png: Uint8Array): readonly [width: number, height: number] {
  const view = new DataView(png.buffer, png.byteOffset);
  return [view.getUint32(16), view.getUint32(20)];
}

describe('svgToPng', () => {
  it('draws as many pixels as the scale asks for, the same each time', () => {
    const svg = toSvg(chart, { width: 300, height: 200 });
    const png = svgToPng(svg, 2);
    expect(Array.from(png.slice(0, 8))).toEqual([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
    expect(sizeOf(png)).toEqual([600, 400]);
    expect(Buffer.compare(png, svgToPng(svg, 2))).toBe(0);
  });

  it.each([
    ['a regular', '<text x="10" y="40" font-size="30">', 'x'],
    ['a bold', '<text x="10" y="40" font-size="30" font-weight="bold">', 'x'],
    ['a Greek', '<text x="10" y="40" font-size="30">', 'β'],
  ])('finds %s letter among the fonts that come with the program', (_, tag, letter) => {
    const draw = (text: string): Uint8Array =>
      svgToPng(
        `<svg xmlns="http://www.w3.org/2000/svg" width="60" height="60" font-family="'DejaVu Sans', serif">${tag}${text}</text></svg>`,
      );
    // Where no font has the letter, nothing is drawn and nothing is said.
    expect(Buffer.compare(draw(letter), draw(''))).not.toBe(0);
    expect(Buffer.compare(draw(letter), draw('y'))).not.toBe(0);
  });

  it('draws a figure that follows the reader light, for a file follows nobody', () => {
    expect(Buffer.compare(svgToPng(toSvg(chart, { theme: 'auto' })), svgToPng(toSvg(chart)))).toBe(0);
    expect(Buffer.compare(svgToPng(toSvg(chart, { theme: 'dark' })), svgToPng(toSvg(chart)))).not.toBe(0);
  });
});
