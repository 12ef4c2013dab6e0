// A table that becomes a list of labelled lines where the page is narrow.
export function stackedTable(heads: readonly string[], rows: readonly string[][]): string {
  const head = heads.map((text) => `<th>${text}</th>`).join('');
  const body = rows.map((cells) => {
    const line = cells.map((cell, index) => `<td data-label="${heads[index] ?? ''}">${cell}</td>`);
    return `<tr>${line.join('')}</tr>`;
  });
  return `<table class="stack"><thead><tr>${head}</tr></thead><tbody>${body.join('')}</tbody></table>`;
}
