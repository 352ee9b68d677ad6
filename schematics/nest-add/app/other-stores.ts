import type TS from 'typescript';
import { Refusal } from '../refusal.js';
import { versionOf, type Manifest } from './manifest.js';

const STORES = {
  '@nestjs/mongoose': 'Mongoose',
  '@nestjs/sequelize': 'Sequelize',
  '@mikro-orm/core': 'MikroORM',
  '@prisma/client': 'Prisma',
  'drizzle-orm': 'Drizzle',
};

/**
 * For apps without TypeOrmModule: whether they should have a second store is not ours to decide.
 *
 * @throws {@link Refusal}
 */
export function refuseOtherStores(sources: readonly TS.SourceFile[], manifest: Manifest): void {
  const remedy = 'Import TypeOrmModule.forRoot({ … }) for PostgreSQL yourself, and run this again.';
  for (const [name, store] of Object.entries(STORES)) {
    if (versionOf(manifest, name) === undefined) continue;
    throw new Refusal(`The app stores its data with ${store}. ${remedy}`);
  }
  const source = sources.find(({ text }) => text.includes('new DataSource('));
  if (source === undefined) return;
  throw new Refusal(`${source.fileName} opens a DataSource without TypeOrmModule. ${remedy}`);
}
