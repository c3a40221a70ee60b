/**
 * Lets the Linux in user space of the tunnel test run on processors with wide registers. That kernel (6.1) keeps the vector
 * registers of its processes in a buffer of fixed length. A host with wider registers (AVX-512, AMX) fills the buffer, but takes
 * registers back only whole, and the kernel in user space panics. The library compiled here is loaded before libc, and adds what
 * is missing from the registers as they are.
 */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

const SOURCE = `#define _GNU_SOURCE
#include <dlfcn.h>
#include <elf.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/types.h>
#include <sys/uio.h>

long ptrace(enum __ptrace_request request, ...) {
  static unsigned char registers[65536];
  __builtin_va_list words;
  __builtin_va_start(words, request);
  const pid_t process = __builtin_va_arg(words, pid_t);
  void *const address = __builtin_va_arg(words, void *);
  void *const data = __builtin_va_arg(words, void *);
  __builtin_va_end(words);
  long (*const of_libc)(enum __ptrace_request, ...) = (long (*)(enum __ptrace_request, ...))dlsym(RTLD_NEXT, "ptrace");
  if (request != PTRACE_SETREGSET || address != (void *)NT_X86_XSTATE) return of_libc(request, process, address, data);
  const struct iovec *const given = data;
  struct iovec whole = {registers, sizeof registers};
  if (of_libc(PTRACE_GETREGSET, process, address, &whole) != 0) return -1;
  memcpy(registers, given->iov_base, given->iov_len < whole.iov_len ? given->iov_len : whole.iov_len);
  return of_libc(request, process, address, &whole);
}
`;

/** Compiles the library into `directory` and returns its path. Needs gcc. */
export function wholeRegisterLibrary(directory: string): string {
  const library = join(directory, 'whole-registers.so');
  execFileSync('gcc', ['-xc', '-shared', '-fPIC', '-O1', '-Wall', '-Werror', '-o', library, '-'], {
    input: SOURCE,
  });
  return library;
}
