/** What can be taken away from the page: pictures and tables, as the command line writes them. */
import { chartCsv, type LineChart, toSvg } from '@wormwood/report';
import { theme } from '../../shell/theme.ts';

const SIZE = { width: 960, height: 540 } as const;

/** Saves a chart as SVG, as PNG of twice its size, or its numbers as CSV. */
export async function saveChart(chart: LineChart, kind: 'svg' | 'png' | 'csv'): Promise<void> {
  const name = `${chart.id}.${kind}`;
  if (kind === 'csv') save(new Blob([chartCsv(chart)], { type: 'text/csv' }), name);
  else {
    const svg = new Blob([toSvg(chart, { ...SIZE, theme: theme.peek() })], { type: 'image/svg+xml' });
    save(kind === 'svg' ? svg : await pngOf(svg), name);
  }
}

async function pngOf(svg: Blob): Promise<Blob> {
  const address = URL.createObjectURL(svg);
  try {
    const image = new Image();
    image.src = address;
    await image.decode();
    const canvas = document.createElement('canvas');
    canvas.width = SIZE.width * 2;
    canvas.height = SIZE.height * 2;
    canvas.getContext('2d')?.drawImage(image, 0, 0, canvas.width, canvas.height);
    return await new Promise((resolve, reject) => {
      canvas.toBlob(
        (png) => (png === null ? reject(new Error('The browser makes no PNG.')) : resolve(png)),
        'image/png',
      );
    });
  } finally {
    URL.revokeObjectURL(address);
  }
}

/** Hands a file to the reader. */
function save(content: Blob, name: string): void {
  const address = URL.createObjectURL(content);
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}
