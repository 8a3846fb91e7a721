export interface ProsePart {
  text: string;
  href?: string;
  strong?: boolean;
}

/** Splits text at web addresses and `**strong**` words. Everything else stays text, so nothing can be injected. */
export function prose(text: string): ProsePart[] {
  const parts: ProsePart[] = [];
  let from = 0;
  for (const match of text.matchAll(/\*\*([^*\n]+)\*\*|https?:\/\/[^\s<>"')\]]+[^\s<>"')\].,;:?]/g)) {
    if (match.index > from) parts.push({ text: text.slice(from, match.index) });
    parts.push(match[1] ? { text: match[1], strong: true } : { text: match[0], href: match[0] });
    from = match.index + match[0].length;
  }
  if (from < text.length) parts.push({ text: text.slice(from) });
  return parts;
}
