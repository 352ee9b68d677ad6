import { readFileSync } from 'node:fs';

/** A file of `files/`, with the values in place of `<%= name %>`. */
export function template(name: string, values: Readonly<Record<string, string>> = {}): string {
  const text = readFileSync(new URL(`../files/${name}.template`, import.meta.url), 'utf8');
  return text.replace(/<%= (\w+) %>/g, (_, key: string) => values[key] ?? '');
}
