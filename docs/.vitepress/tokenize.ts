/**
 * The words of a text, for the search. Chinese has no spaces between its words, so that each two
 * characters in a row count as one.
 *
 * The site runs the text of this function in the browser: it uses nothing outside itself.
 */
export function tokenize(text: string): string[] {
  const words = text.split(/[\s\p{P}\p{S}]+/u).filter((word) => word !== '');
  return words.flatMap((word) =>
    word.split(/(\p{Script=Han}+)/u).flatMap((part) => {
      if (!/\p{Script=Han}/u.test(part)) return part === '' ? [] : [part];
      const characters = Array.from(part);
      if (characters.length === 1) return characters;
      return characters.slice(1).map((character, i) => `${characters[i] ?? ''}${character}`);
    }),
  );
}
