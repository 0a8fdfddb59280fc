/** `texts` says how many columns from the left are texts. */
export function head(titles: readonly string[], texts: number): string {
  return `${row(titles)}|${titles.map((_, at) => (at < texts ? '---|' : '---:|')).join('')}\n`;
}

export const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |\n`;

export function numberText(value: number, digits: number): string {
  if (!Number.isFinite(value)) return '–';
  return value.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

/** Marked where it is over its budget. */
export function budgetText(value: number, digits: number, most: number | undefined): string {
  return `${numberText(value, digits)}${most !== undefined && value > most ? ' ▲' : ''}`;
}
