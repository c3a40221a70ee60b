/** What a log asks of the machine: files to append to, and time. Simulations put another one in its place. */
import { type FileHandle, open } from 'node:fs/promises';

export interface LogDisk {
  /** Opens a file for appending and makes it if need be; rejects with the system's error. */
  open(path: string): Promise<LogHandle>;
  /** Calls `act` once, so many milliseconds from now; returns what prevents it. */
  after(milliseconds: number, act: () => void): () => void;
  /** Milliseconds since some moment. */
  nowMs(): number;
}

export interface LogHandle {
  /** Whether the file ends in the middle of a line; not where that cannot be known. */
  endsTorn(): Promise<boolean>;
  /** Appends as much as the disk takes. */
  writev(octets: readonly Uint8Array[]): Promise<{ readonly bytesWritten: number }>;
  datasync(): Promise<void>;
  close(): Promise<void>;
}

const FILE_MODE = 0o640;
const LINE_FEED = 10;

/** The machine's own. */
export const machineDisk: LogDisk = {
  open: async (path) => {
    const file = await open(path, 'a', FILE_MODE);
    return {
      endsTorn: () => endsTorn(file, path),
      writev: (octets) => file.writev(octets),
      datasync: () => file.datasync(),
      close: () => file.close(),
    };
  },
  after: (milliseconds, act) => {
    const timer = setTimeout(act, milliseconds);
    return () => clearTimeout(timer);
  },
  nowMs: () => performance.now(),
};

async function endsTorn(file: FileHandle, path: string): Promise<boolean> {
  const found = await file.stat();
  if (!found.isFile() || found.size === 0) return false;
  const reader = await open(path, 'r').catch(() => null);
  // Whoever may write but not read cannot know.
  if (reader === null) return false;
  try {
    const { buffer } = await reader.read(new Uint8Array(1), 0, 1, found.size - 1);
    return buffer[0] !== LINE_FEED;
  } finally {
    await reader.close();
  }
}
