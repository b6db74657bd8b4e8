import type { Source } from '../../request/request.ts';
import { lengthTag, varintTag, type WireReader } from '../../wire/reader.ts';

/** `AttributeContext.Peer`: the two ends of the connection that the gateway took. */

// AttributeContext.Peer
const ADDRESS = lengthTag(1);
const PRINCIPAL = lengthTag(4);
// config.core.v3.Address
const SOCKET_ADDRESS = lengthTag(1);
// SocketAddress
const IP_ADDRESS = lengthTag(2);
const PORT_VALUE = varintTag(3);

/** The port of `destination`: that of the gateway's listener, which no header changes. 0 where there is none. */
export function readPort(reader: WireReader): number {
  return numberIn(reader, ADDRESS, portOfAddress);
}

function portOfAddress(reader: WireReader): number {
  return numberIn(reader, SOCKET_ADDRESS, portOfSocketAddress);
}

function portOfSocketAddress(reader: WireReader): number {
  return numberIn(reader, PORT_VALUE, varintOf);
}

function varintOf({ value }: WireReader): number {
  return Math.max(0, value);
}

/** A number out of the last field with a tag of the message where the reader stands; 0 where there is none. */
function numberIn(reader: WireReader, tag: number, read: (reader: WireReader) => number): number {
  let found = 0;
  const outer = reader.enter();
  while (reader.next()) {
    if (reader.tag === tag) found = read(reader);
  }
  reader.leave(outer);
  return found;
}

/** Address and identity of `source`. */
export function readSource(reader: WireReader): Source {
  let address = '';
  let principal = '';
  const outer = reader.enter();
  while (reader.next()) {
    if (reader.tag === ADDRESS) address = textIn(reader, SOCKET_ADDRESS, ipAddressOf);
    else if (reader.tag === PRINCIPAL) principal = textOf(reader);
  }
  reader.leave(outer);
  // Protocol Buffers have no other way to say that there is none.
  return {
    ...(address === '' ? {} : { address }),
    ...(principal === '' ? {} : { principal }),
  };
}

function ipAddressOf(reader: WireReader): string {
  return textIn(reader, IP_ADDRESS, textOf);
}

/** A text out of the last field with a tag of the message where the reader stands; empty where there is none. */
function textIn(reader: WireReader, tag: number, read: (reader: WireReader) => string): string {
  let found = '';
  const outer = reader.enter();
  while (reader.next()) {
    if (reader.tag === tag) found = read(reader);
  }
  reader.leave(outer);
  return found;
}

function textOf({ bytes, start, end }: WireReader): string {
  return bytes.toString('utf8', start, end);
}
