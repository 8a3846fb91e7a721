/** The line of a place such as `policy.toml:12:5`, `line 12` or `12`; undefined for a pointer such as `/rules/0`. */
export function lineOf(at: string): number | undefined {
  const match = /(?:^|:|line )(\d+)(?::\d+)?$/.exec(at.trim());
  return match?.[1] ? Number(match[1]) : undefined;
}

/** Where a line starts and ends in the text; lines count from 1. */
export function offsetOfLine(text: string, line: number): [number, number] {
  const lines = text.split('\n');
  const i = Math.max(1, Math.min(line, lines.length)) - 1;
  const from = lines.slice(0, i).reduce((n, l) => n + l.length + 1, 0);
  return [from, from + (lines[i]?.length ?? 0)];
}
