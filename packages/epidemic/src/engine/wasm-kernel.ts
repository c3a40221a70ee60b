/** Kernels in WebAssembly: what every engine of JavaScript since 2021 knows of it, and how a kernel gets its memory. */
import { decodeBase64 } from '@wormwood/base';

/** The part of the JavaScript interface of WebAssembly that is used here. */
declare const WebAssembly: {
  Module: new (octets: Uint8Array) => object;
  Memory: new (pages: { readonly initial: number }) => { readonly buffer: ArrayBuffer };
  Instance: new (module: object, imports: object) => { readonly exports: object };
};

const PAGE_OCTETS = 2 ** 16;

export interface WasmKernel<Exports extends object> {
  readonly exports: Exports;
  readonly memory: ArrayBuffer;
}

/**
 * Returns a kernel with a memory of at least `octets`, all 0. A memory reserves gigabytes of address space, so whoever
 * runs often keeps one.
 */
export function instantiateKernel<Exports extends object>(
  kernelInBase64: string,
  octets: number,
): WasmKernel<Exports> {
  const memory = new WebAssembly.Memory({ initial: Math.ceil(octets / PAGE_OCTETS) });
  const module = new WebAssembly.Module(decodeBase64(kernelInBase64));
  const { exports } = new WebAssembly.Instance(module, { env: { memory } });
  return { exports: exports as Exports, memory: memory.buffer };
}
