/** Every peer in turn, round after round, so that what changes meanwhile meets them all. */
export async function inTurn<Peer extends string, Figure>(
  peers: readonly Peer[],
  rounds: number,
  measure: (peer: Peer, round: string) => Promise<Figure>,
): Promise<Record<Peer, Figure[]>> {
  const figures = {} as Record<Peer, Figure[]>;
  for (const peer of peers) figures[peer] = [];
  for (let round = 1; round <= rounds; round++) {
    for (const peer of peers) {
      figures[peer].push(await measure(peer, `${String(round)}/${String(rounds)}`));
    }
  }
  return figures;
}
