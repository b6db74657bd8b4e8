/**
 * The Huffman code of HPACK (RFC 7541 appendix B). It is canonical: codes of one length follow each other in the order of their
 * symbols, so the lengths alone make the table.
 */

/** Length in bits, and the symbols that have it; 256 is EOS. */
const LENGTHS: readonly (readonly [number, readonly (number | readonly [number, number])[]])[] = [
  [5, [[48, 50], 97, 99, 101, 105, 111, [115, 116]]],
  [6, [32, 37, [45, 47], [51, 57], 61, 65, 95, 98, 100, [102, 104], [108, 110], 112, 114, 117]],
  [7, [58, [66, 87], 89, [106, 107], 113, 118, [119, 122]]],
  [8, [38, 42, 44, 59, 88, 90]],
  [10, [33, 34, 40, 41, 63]],
  [11, [39, 43, 124]],
  [12, [35, 62]],
  [13, [0, 36, 64, 91, 93, 126]],
  [14, [94, 125]],
  [15, [60, 96, 123]],
  [19, [92, 195, 208]],
  [20, [128, 130, 131, 162, 184, 194, 224, 226]],
  [21, [153, 161, 167, 172, 176, 177, 179, 209, 216, 217, 227, 229, 230]],
  [
    22,
    [
      129,
      [132, 134],
      136,
      146,
      154,
      156,
      160,
      [163, 164],
      [169, 170],
      173,
      178,
      181,
      [185, 187],
      [189, 190],
      196,
      198,
      228,
      [232, 233],
    ],
  ],
  [
    23,
    [
      1,
      135,
      [137, 141],
      143,
      147,
      [149, 152],
      155,
      [157, 158],
      [165, 166],
      168,
      [174, 175],
      180,
      [182, 183],
      188,
      191,
      197,
      231,
      239,
    ],
  ],
  [24, [9, 142, [144, 145], 148, 159, 171, 206, 215, 225, [236, 237]]],
  [25, [199, 207, [234, 235]]],
  [26, [[192, 193], [200, 202], 205, 210, 213, [218, 219], 238, 240, [242, 243], 255]],
  [27, [[203, 204], [211, 212], 214, [221, 223], 241, [244, 248], [250, 254]]],
  [28, [[2, 8], [11, 12], [14, 21], [23, 31], 127, 220, 249]],
  [30, [10, 13, 22, 256]],
];

const EOS = 256;
const EMITS = 0x100;
const FAILS = 0x200;
/** The bits since the last symbol may be padding: at most seven, all of them ones (section 5.2). */
const MAY_END = 0x400;
const STATE_SHIFT = 16;

/** A node of the code's tree: where a bit leads, and the symbol of a leaf. */
interface Node {
  readonly next: [Node | null, Node | null];
  symbol: number;
}

const newNode = (): Node => ({ next: [null, null], symbol: -1 });

function treeOf(): Node {
  const root = newNode();
  let code = 0;
  let before = 0;
  for (const [length, symbols] of LENGTHS) {
    for (const one of symbols) {
      const [from, to] = typeof one === 'number' ? [one, one] : one;
      for (let symbol = from; symbol <= to; symbol += 1) {
        code *= 2 ** (length - (before || length));
        before = length;
        leafAt(root, code, length).symbol = symbol;
        code += 1;
      }
    }
  }
  return root;
}

function leafAt(root: Node, code: number, length: number): Node {
  let node = root;
  for (let bit = length - 1; bit >= 0; bit -= 1) {
    const side = (Math.floor(code / 2 ** bit) & 1) as 0 | 1;
    node.next[side] ??= newNode();
    node = node.next[side] as Node;
  }
  return node;
}

/** The inner nodes, and those at which the code may end. */
interface States {
  readonly numbers: ReadonlyMap<Node, number>;
  readonly mayEnd: ReadonlySet<Node>;
}

function statesOf(root: Node): States {
  const numbers = new Map<Node, number>();
  const mayEnd = new Set<Node>();
  const visit = (node: Node, depth: number, isOnes: boolean): void => {
    numbers.set(node, numbers.size);
    if (isOnes && depth < 8) mayEnd.add(node);
    for (const [side, next] of node.next.entries()) {
      if (next !== null && next.symbol < 0) visit(next, depth + 1, isOnes && side === 1);
    }
  };
  visit(root, 0, true);
  return { numbers, mayEnd };
}

/**
 * For each inner node, and each of the 16 next four bits: the node after them, and the symbol that was completed within them. No code
 * is shorter than five bits, so it is one at most.
 */
function transitions(): Uint32Array {
  const root = treeOf();
  const states = statesOf(root);
  const table = new Uint32Array(states.numbers.size * 16);
  for (const [start, state] of states.numbers) {
    for (let nibble = 0; nibble < 16; nibble += 1)
      table[state * 16 + nibble] = transition(root, start, nibble, states);
  }
  return table;
}

function transition(root: Node, start: Node, nibble: number, states: States): number {
  let node = start;
  let emitted = 0;
  for (let bit = 3; bit >= 0; bit -= 1) {
    node = node.next[((nibble >> bit) & 1) as 0 | 1] as Node;
    if (node.symbol === EOS) return FAILS;
    if (node.symbol < 0) continue;
    emitted = EMITS | node.symbol;
    node = root;
  }
  const ends = states.mayEnd.has(node) ? MAY_END : 0;
  return ((states.numbers.get(node) ?? 0) << STATE_SHIFT) | ends | emitted;
}

const TABLE = transitions();

/**
 * Decodes bytes `from` to `to` into `into`, which must have room for 8/5 of them. Gives the number of bytes written; -1 where they are
 * no code: EOS within it, or padding that is none (section 5.2).
 */
export function decodeHuffman(bytes: Buffer, from: number, to: number, into: Buffer): number {
  let state = 0;
  let mayEnd = true;
  let written = 0;
  for (let at = from; at < to; at += 1) {
    const byte = bytes[at] as number;
    for (let half = 4; half >= 0; half -= 4) {
      const entry = TABLE[state * 16 + ((byte >> half) & 0xf)] as number;
      if ((entry & FAILS) !== 0) return -1;
      if ((entry & EMITS) !== 0) {
        into[written] = entry & 0xff;
        written += 1;
      }
      state = entry >>> STATE_SHIFT;
      mayEnd = (entry & MAY_END) !== 0;
    }
  }
  return mayEnd ? written : -1;
}
