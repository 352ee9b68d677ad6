const PATIENCE_MS = 3000;

/** Waits until `holds()`. @throws after three seconds */
export async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  const end = performance.now() + PATIENCE_MS;
  while (!(await holds())) {
    if (performance.now() > end) throw new Error(`Still not so: ${holds.toString()}`);
    await new Promise((next) => setTimeout(next, 5));
  }
}
