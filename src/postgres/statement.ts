/**
 * A statement whose text is built once for each variant: hashing and comparing new texts of this
 * length takes longer than finding a prepared statement.
 */
export function statement<Variant>(
  build: (variant: Variant) => string,
): (variant: Variant) => string {
  const texts = new Map<Variant, string>();
  return (variant) => {
    let text = texts.get(variant);
    if (text === undefined) {
      text = build(variant);
      texts.set(variant, text);
    }
    return text;
  };
}
