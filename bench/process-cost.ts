import { readFileSync } from 'node:fs';

/** USER_HZ, in which /proc counts: 100 on every architecture that Node runs on. */
const TICK_MICROSECONDS = 10_000;
const KIBIBYTE = 1024;

/**
 * CPU time of a process in microseconds, all its threads, user and system: what `process.cpuUsage()` would say inside of it (both
 * are the kernel's `utime` and `stime`), read from outside so that nothing is added to the server and every
 * server is read in the same way. Counted in steps of 10 ms.
 */
export function cpuMicroseconds(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The second field is the name, which may hold anything, a parenthesis too.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[UTIME]) + Number(fields[STIME])) * TICK_MICROSECONDS;
}

// Fields 14 and 15 of proc_pid_stat(5), of which two are cut off.
const UTIME = 11;
const STIME = 12;

export interface ResidentMemory {
  /** In bytes. */
  readonly now: number;
  /** The most there ever was, in bytes. */
  readonly peak: number;
}

/** The resident memory of a process (VmRSS, VmHWM). */
export function residentMemory(pid: number): ResidentMemory {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return { now: bytesOf(status, 'VmRSS'), peak: bytesOf(status, 'VmHWM') };
}

function bytesOf(status: string, name: string): number {
  const match = new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(status);
  if (match === null) throw new Error(`/proc/PID/status has no ${name}: the bench needs Linux`);
  return Number(match[1]) * KIBIBYTE;
}
