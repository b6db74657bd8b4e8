/** The samples of a text of metrics, by name and labels as they are written. */
export type Series = ReadonlyMap<string, number>;

/** Reads the Prometheus text format: lines of `name{labels} value`. */
export function readSeries(text: string): Series {
  const samples = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(
    samples.map((line) => {
      const space = line.lastIndexOf(' ');
      return [line.slice(0, space), Number(line.slice(space + 1))];
    }),
  );
}

/** The samples of one metric, by their labels alone. */
export function samplesOf(series: Series, metric: string): Readonly<Record<string, number>> {
  return Object.fromEntries(
    [...series].flatMap(([name, value]) => {
      if (name === metric) return [['', value]];
      return name.startsWith(`${metric}{`) ? [[name.slice(metric.length), value]] : [];
    }),
  );
}
