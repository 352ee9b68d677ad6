/** 1, 2 and 5 times the powers of ten around all the values, for a logarithmic axis. */
export function logTicks(values: readonly number[]): number[] {
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const steps: number[] = [];
  for (let power = Math.floor(Math.log10(least)); 10 ** power <= most * 10; power++) {
    steps.push(...[1, 2, 5].map((digit) => digit * 10 ** power));
  }
  const from = steps.findLastIndex((step) => step <= least);
  const to = steps.findIndex((step) => step >= most);
  const range = steps.slice(Math.max(from, 0), to + 1);
  // Over many powers of ten the powers alone are enough.
  return range.length > 10 ? powersAround(least, most) : range;
}

function powersAround(least: number, most: number): number[] {
  const [from, to] = [Math.floor(Math.log10(least)), Math.ceil(Math.log10(most))];
  return Array.from({ length: to - from + 1 }, (_, i) => 10 ** (from + i));
}

/** Even steps from 0, for a linear axis. */
export function linearTicks(values: readonly number[]): number[] {
  const most = Math.max(...values);
  const rough = most / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 2.5, 5, 10].find((digit) => digit * power >= rough) ?? 10);
  return Array.from({ length: Math.ceil(most / step) + 1 }, (_, i) => i * step);
}
