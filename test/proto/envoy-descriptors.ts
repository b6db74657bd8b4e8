import { readFile } from 'node:fs/promises';
import protobuf from 'protobufjs';
import descriptor from 'protobufjs/ext/descriptor/index.js';
import { type Declarations, declarationsOf } from './declarations.ts';

/** `protobufjs/ext/descriptor` adds this to `Root` without declaring it. */
const reflection = protobuf.Root as unknown as {
  readonly fromDescriptor: (set: { readonly file: readonly protobuf.Message[] }) => protobuf.Root;
};

/** A FileDescriptorProto in bytes, and the files that it imports. */
interface FileDescriptor {
  readonly bytes: Uint8Array;
  readonly imports: readonly string[];
}

// Tags of FileDescriptorProto, all length-delimited.
const NAME = 0x0a;
const IMPORT = 0x1a;
const SYNTAX = 0x62;
const LENGTH_DELIMITED = 2;

/**
 * What an Envoy declares. The C++ code that protoc generates carries the descriptor of its .proto file as bytes, and so
 * does the executable. Throws where it has no descriptor of the file.
 */
export async function readEnvoy(executable: string, file: string): Promise<Declarations> {
  const bytes = await readFile(executable);
  const found = new Map<string, FileDescriptor | null>();
  const pending = [file];
  for (let name = pending.pop(); name !== undefined; name = pending.pop()) {
    if (found.has(name)) continue;
    const one = findDescriptor(bytes, name);
    found.set(name, one);
    pending.push(...(one?.imports ?? []));
  }
  if (found.get(file) === null) throw new Error(`${executable} carries no descriptor of ${file}`);
  const files = [...found.values()].filter((one) => one !== null);
  return declarationsOf(
    reflection.fromDescriptor({
      file: files.map((one) => descriptor.FileDescriptorProto.decode(one.bytes)),
    }),
  );
}

/** Looks for the bytes that a descriptor of that name begins with. */
function findDescriptor(executable: Buffer, name: string): FileDescriptor | null {
  const start = Buffer.concat([Buffer.from([NAME, name.length]), Buffer.from(name)]);
  const at = executable.indexOf(start);
  return at < 0 ? null : measure(executable.subarray(at));
}

/** Nothing tells the length: a descriptor ends where no field of it follows, which padding or the next one's name shows. */
function measure(bytes: Uint8Array): FileDescriptor {
  const reader = protobuf.Reader.create(bytes);
  const imports: string[] = [];
  let end = 0;
  for (;;) {
    const tag = reader.uint32();
    const isField = (tag & 7) === LENGTH_DELIMITED && tag >= NAME && tag <= SYNTAX;
    if (!isField || (tag === NAME && end > 0)) return { bytes: bytes.subarray(0, end), imports };
    if (tag === IMPORT) imports.push(reader.string());
    else reader.skipType(LENGTH_DELIMITED);
    end = reader.pos;
  }
}
