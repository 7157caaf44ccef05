// Numbers of several runs, and the table of aims.

export const sorted = (list) => [...list].sort((a, b) => a - b);

export function median(list) {
  const all = sorted(list);
  const middle = all.length >> 1;
  return all.length % 2 ? all[middle] : (all[middle - 1] + all[middle]) / 2;
}

const fixed = (value, digits) => (Number.isFinite(value) ? value.toFixed(digits) : '-');

/** "0.83 (0.80 to 0.91)": the median of the pairs' ratios and their spread. */
export function showRatios(ratios, digits = 2) {
  const all = sorted(ratios);
  const spread = all.length > 1 ? ` (${fixed(all[0], digits)} to ${fixed(all[all.length - 1], digits)})` : '';
  return fixed(median(all), digits) + spread;
}

export const seconds = (ms) => `${(ms / 1000).toFixed(1)} s`;
export const mebibytes = (bytes) => `${(bytes / 1048576).toFixed(0)} MiB`;
export const megabytes = (bytes) => `${(bytes / 1e6).toFixed(2)} MB`;

/** Collects the rows of the table, and what was measured beside them. */
export class Report {
  rows = [];
  notes = [];
  runs = [];

  /** One figure: `isMet` null when nothing was aimed at. */
  row(figure, aim, measured, isMet, value) {
    this.rows.push({ figure, aim, measured, met: isMet, value });
  }

  /** A figure that must not be more than `most`. */
  atMost(figure, most, ratios, digits = 2) {
    const value = median(ratios);
    this.row(figure, `at most ${most}`, showRatios(ratios, digits), value <= most, value);
  }

  note(text) {
    this.notes.push(text);
    console.error(`  ${text}`);
  }

  /** One run of one side, as it was. */
  run(side, source, measured) {
    this.runs.push({ side, source, ...measured });
    const busy = measured.others > 0.1 ? `, others used ${(measured.others * 100).toFixed(0)} % of the machine` : '';
    const engine = measured.engineWallMs
      ? `; engine alone ${seconds(measured.engineWallMs)}, CPU ${seconds(measured.engineCpuMs)}`
      : '';
    const peak = measured.peak ?? measured.workerPeak;
    const cpu = measured.cpuMs === undefined ? '' : `, CPU ${seconds(measured.cpuMs)}`;
    console.error(`  ${side}, ${source}: ${seconds(measured.wallMs)}${cpu}` +
      `${peak ? `, ${mebibytes(peak)}` : ''}${engine}${busy}`);
  }

  /** The share of the machine that others had, at the worst. */
  get disturbance() {
    return Math.max(0, ...this.runs.map((run) => run.others ?? 0));
  }

  print() {
    const marks = new Map([[true, 'yes'], [false, 'NO'], [null, '']]);
    const table = [['figure', 'aim', 'measured', 'met'],
      ...this.rows.map((row) => [row.figure, row.aim, row.measured, marks.get(row.met)])];
    const widths = table[0].map((_, column) => Math.max(...table.map((cells) => cells[column].length)));
    const line = (cells) => `| ${cells.map((cell, column) => cell.padEnd(widths[column])).join(' | ')} |`;
    console.log(line(table[0]));
    console.log(`|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`);
    for (const cells of table.slice(1)) console.log(line(cells));
    if (this.notes.length > 0) console.log(`\n${this.notes.map((note) => `- ${note}`).join('\n')}`);
  }
}
