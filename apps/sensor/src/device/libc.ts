/** The few calls of the C library that devices need, typed. They block the thread, except `pollLater`. */
import koffi from 'koffi';

const libc = koffi.load('libc.so.6');

export interface PollDescriptor {
  fd: number;
  events: number;
  revents: number;
}

koffi.struct('pollfd', { fd: 'int', events: 'short', revents: 'short' });
koffi.struct('timespec', { tv_sec: 'long', tv_nsec: 'long' });
const ppoll = libc.func(
  'int ppoll(_Inout_ pollfd *fds, unsigned long nfds, const timespec *timeout, const void *signals)',
);

export const socket = libc.func('int socket(int domain, int type, int protocol)') as (
  domain: number,
  type: number,
  protocol: number,
) => number;
export const close = libc.func('int close(int fd)') as (fd: number) => number;
export const bind = libc.func('int bind(int fd, const uint8_t *address, uint32_t length)') as (
  fd: number,
  address: Uint8Array,
  length: number,
) => number;
export const setsockopt = libc.func(
  'int setsockopt(int fd, int level, int name, const uint8_t *value, uint32_t length)',
) as (fd: number, level: number, name: number, value: Uint8Array, length: number) => number;
export const getsockopt = libc.func(
  'int getsockopt(int fd, int level, int name, _Out_ uint8_t *value, _Inout_ uint32_t *length)',
) as (fd: number, level: number, name: number, value: Uint8Array, length: [number]) => number;
export const interfaceIndex = libc.func('uint32_t if_nametoindex(const char *name)') as (
  name: string,
) => number;
export const ioctl = libc.func('int ioctl(int fd, unsigned long request, _Inout_ uint8_t *argument)') as (
  fd: number,
  request: number,
  argument: Uint8Array,
) => number;
export const open = libc.func('int open(const char *path, int flags)') as (
  path: string,
  flags: number,
) => number;
export const send = libc.func('int64_t send(int fd, const void *bytes, uint64_t length, int flags)') as (
  fd: number,
  bytes: Uint8Array | null,
  length: number,
  flags: number,
) => number;
export const recv = libc.func('int64_t recv(int fd, _Out_ uint8_t *bytes, uint64_t length, int flags)') as (
  fd: number,
  bytes: Uint8Array,
  length: number,
  flags: number,
) => number;
export const read = libc.func('int64_t read(int fd, _Out_ uint8_t *bytes, uint64_t length)') as (
  fd: number,
  bytes: Uint8Array,
  length: number,
) => number;
export const write = libc.func('int64_t write(int fd, const uint8_t *bytes, uint64_t length)') as (
  fd: number,
  bytes: Uint8Array,
  length: number,
) => number;

export const setns = libc.func('int setns(int fd, int type)') as (fd: number, type: number) => number;

const closeRange = libc.func('int close_range(unsigned int first, unsigned int last, int flags)');
const CLOSE_RANGE_CLOEXEC = 4;

/** From now on, programs that are started inherit nothing that is open but what they are given (close_range(2)). */
export function closeAllOnExec(): void {
  if (closeRange(3, 0xffff_ffff, CLOSE_RANGE_CLOEXEC) !== 0) throw systemError('close_range');
}

const mallocTrim = libc.func('int malloc_trim(size_t pad)');

/** Gives what the C library has freed back to the system. */
export function trimMemory(): void {
  mallocTrim(0);
}

const mmap = libc.func(
  'void *mmap(void *at, uint64_t length, int protection, int flags, int fd, int64_t offset)',
);
const munmap = libc.func('int munmap(void *at, uint64_t length)');

const PROT_READ_WRITE = 3;
const MAP_SHARED = 1;
const MAP_FAILED = 0xffff_ffff_ffff_ffffn;

/** Memory shared with the kernel, and the function that gives it back. */
export interface Mapping {
  readonly buffer: ArrayBuffer;
  unmap(): void;
}

/** Maps `lengthBytes` of a descriptor; throws the system's error when that fails. */
export function mapShared(fd: number, lengthBytes: number): Mapping {
  const pointer: unknown = mmap(null, lengthBytes, PROT_READ_WRITE, MAP_SHARED, fd, 0);
  if (pointer === null || koffi.address(pointer) === MAP_FAILED) throw systemError('mmap');
  const buffer = koffi.view(pointer, lengthBytes);
  return { buffer, unmap: () => void munmap(pointer, lengthBytes) };
}

/** Waits in a thread of its own until one of the descriptors is ready or the time is over; returns how many are. */
export function pollLater(descriptors: PollDescriptor[], seconds: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const whole = Math.floor(seconds);
    const timeout = { tv_sec: whole, tv_nsec: Math.floor((seconds - whole) * 1e9) };
    ppoll.async(descriptors, descriptors.length, timeout, null, (error: Error | null, ready: number) => {
      if (error === null) resolve(ready);
      else reject(error);
    });
  });
}

const usleep = libc.func('int usleep(unsigned int microseconds)');

/** Sleeps with the whole thread. */
export function nap(microseconds: number): void {
  usleep(microseconds);
}

const makeEventfd = libc.func('int eventfd(unsigned int initial, int flags)');
const SOL_SOCKET = 1;
const SO_ERROR = 4;
const EFD_NONBLOCK = 0o4000;
const EFD_CLOEXEC = 0o2000000;

/** A counter that can be polled (eventfd(2)). */
export function eventfd(): number {
  const fd = makeEventfd(0, EFD_NONBLOCK | EFD_CLOEXEC) as number;
  if (fd < 0) throw systemError('eventfd');
  return fd;
}

/** Takes the error that waits at a socket; returns its name, or null where there is none. */
export function pendingError(fd: number): string | null {
  const value = new Uint8Array(4);
  if (getsockopt(fd, SOL_SOCKET, SO_ERROR, value, [4]) < 0) return 'an error';
  const number = new DataView(value.buffer).getInt32(0, true);
  return number === 0 ? null : errorName(number);
}

/** The name of the last call's error. */
export function lastError(): string {
  return errorName(koffi.errno());
}

/** The error of the last call, with the name that `errno` has in the manual. */
export function systemError(call: string): Error {
  const number = koffi.errno();
  const name = errorName(number);
  return Object.assign(new Error(`${call}: ${name}`), { code: name });
}

function errorName(number: number): string {
  return Object.entries(koffi.os.errno).find(([, value]) => value === number)?.[0] ?? `errno ${number}`;
}

const prctl = libc.func(
  'int prctl(int option, unsigned long a, unsigned long b, unsigned long c, unsigned long d)',
);
const getsid = libc.func('int getsid(int process)');
const waitpid = libc.func('int waitpid(int process, int *status, int options)');
const PR_SET_CHILD_SUBREAPER = 36;
const WNOHANG = 1;

/** Descendants that lose their parent become children of this process (prctl(2)). */
export function becomeReaper(): void {
  if (prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) !== 0) throw systemError('prctl');
}

/** The session of a process, of this one for 0; -1 when there is no such process. */
export function sessionOf(process: number): number {
  return getsid(process) as number;
}

/** Takes what is left of a child that has ended; does nothing while it runs. */
export function reap(process: number): void {
  waitpid(process, null, WNOHANG);
}

const makeSocketpair = libc.func('int socketpair(int domain, int type, int protocol, _Out_ int *pair)');
const AF_UNIX = 1;
const SOCK_STREAM_CLOEXEC = 1 | 0o2000000;

/** Two connected stream sockets, which no program inherits unless it is given one. */
export function socketpair(): readonly [number, number] {
  const pair: [number, number] = [-1, -1];
  if ((makeSocketpair(AF_UNIX, SOCK_STREAM_CLOEXEC, 0, pair) as number) !== 0)
    throw systemError('socketpair');
  return pair;
}
