// A small seeded generator of numbers: the same seed gives the same run.

export type Random = () => number;

/** mulberry32: numbers in [0, 1). */
export function seeded(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Lower-case letters and digits, beginning with a letter. */
export function randomLabel(random: Random, length: number): string {
  let label = 'q';
  while (label.length < length) label += Math.floor(random() * 36).toString(36);
  return label;
}
