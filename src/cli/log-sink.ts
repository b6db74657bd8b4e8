import { fstatSync } from 'node:fs';
import { Socket } from 'node:net';
import { type DestinationStream, pino } from 'pino';

/** Where log lines go. Whoever writes never waits. */
export interface LogSink extends DestinationStream {
  /** Lines that were dropped, because whoever reads does not. */
  readonly dropped: number;
  /** Waits until all lines are read, no longer than so many milliseconds. */
  close(patience: number): Promise<void>;
}

/** Bytes that wait to be read; a line beyond them is dropped. */
const MAX_WAITING = 1024 * 1024;

/**
 * A sink for a file descriptor. A pipe is full when nobody reads it, and a write would then hold up every decision: pipes and sockets
 * are written without waiting. A file or a terminal is written at once.
 */
export function openSink(fd: number): LogSink {
  const stat = fstatSync(fd);
  return stat.isFIFO() || stat.isSocket() ? pipeSink(fd) : fileSink(fd);
}

function pipeSink(fd: number): LogSink {
  const socket = new Socket({ fd, readable: false, writable: true });
  // The reader is gone: what is written from now on is dropped, and decisions go on.
  socket.on('error', () => undefined);
  let dropped = 0;
  return {
    get dropped() {
      return dropped;
    },
    write(line) {
      if (socket.writableLength < MAX_WAITING && socket.writable) socket.write(line);
      else dropped += 1;
    },
    async close(patience) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, patience);
        socket.end(() => {
          clearTimeout(timer);
          resolve();
        });
      });
      socket.destroy();
    },
  };
}

function fileSink(fd: number): LogSink {
  const stream = pino.destination({ fd, sync: true });
  return { dropped: 0, write: (line) => void stream.write(line), close: () => Promise.resolve() };
}
