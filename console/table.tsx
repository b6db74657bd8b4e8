import type { ComponentChildren } from 'preact';

/** A column: its heading, and what a row has in it. */
export interface Column<Row> {
  readonly name: string;
  /** Numbers stand right; what is short is not broken. */
  readonly kind?: 'number' | 'short';
  readonly cell: (row: Row) => ComponentChildren;
}

interface TableProps<Row> {
  readonly caption: string;
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  readonly keyOf: (row: Row) => string;
}

/**
 * A table, which the style sheet lays out as cards where there is little room. Its roles are written out, since a browser forgets those
 * of elements that are laid out so.
 */
export function Table<Row>({ caption, columns, rows, keyOf }: TableProps<Row>) {
  return (
    <table role="table">
      <caption>{caption}</caption>
      <thead role="rowgroup">
        <tr role="row">
          {columns.map(({ name, kind }) => (
            <th key={name} role="columnheader" scope="col" class={kind}>
              {name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody role="rowgroup">
        {rows.map((row) => (
          <tr key={keyOf(row)} role="row">
            {columns.map(({ name, kind, cell }) => (
              <td key={name} role="cell" data-name={name} class={kind}>
                <div>{cell(row)}</div>
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
