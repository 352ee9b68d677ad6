const PATIENCE_MS = 3000;

/** Waits until `holds` returns true. @throws after three seconds. */
export async function until(
  holds: () => boolean | Promise<boolean>,
  patienceMs = PATIENCE_MS,
): Promise<void> {
  const end = performance.now() + patienceMs;
  while (!(await holds())) {
    if (performance.now() > end) throw new Error(`Still not true: ${holds.toString()}`);
    await new Promise((next) => setTimeout(next, 5));
  }
}
