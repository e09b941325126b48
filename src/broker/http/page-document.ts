/** The web page as it comes: what it says without its script, and where its script puts the rest. No script and no style stand in it. */

export const PAGE_ICON = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="8" fill="#14665c"/><g fill="none" stroke="#f4f1ea" stroke-width="2.2" stroke-linecap="round"><path d="M4 12c4-4 8 4 12 0s8 4 12 0"/><path d="M4 18c4-4 8 4 12 0s8 4 12 0"/><path d="M4 24c4-4 8 4 12 0s8 4 12 0"/></g></svg>`;

const plots = [
  ['records', 'Records in', 'a second'],
  ['in', 'Bytes in', 'a second'],
  ['out', 'Bytes out', 'a second'],
  ['requests', 'Requests', 'a second'],
  ['connections', 'Connections', 'open'],
].map(
  ([id, title, unit]) => `
        <figure class="card" id="plot-${id}">
          <figcaption><span>${title}</span> <small>${unit}</small></figcaption>
          <output>–</output>
          <div class="plot"></div>
          <small class="most"></small>
        </figure>`,
);

const table = (id: string, title: string, columns: readonly string[]): string => `
      <section aria-labelledby="${id}-title">
        <h2 id="${id}-title">${title} <small id="${id}-note"></small></h2>
        <div class="scroll">
          <table>
            <thead>
              <tr>${columns.map((column) => `<th scope="col"${column.startsWith('#') ? ' class="number"' : ''}>${column.replace('#', '')}</th>`).join('')}</tr>
            </thead>
            <tbody id="${id}"></tbody>
          </table>
        </div>
      </section>`;

export const PAGE_DOCUMENT = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>millrace</title>
    <link rel="icon" href="/icon.svg">
    <link rel="stylesheet" href="/page.css">
    <script type="module" src="/page.js"></script>
  </head>
  <body>
    <main>
      <header>
        <img src="/icon.svg" alt="" width="32" height="32">
        <h1>millrace</h1>
        <span id="status" role="status" data-status="waiting">waiting</span>
        <nav><a href="/metrics">metrics</a> <a href="/health">health</a></nav>
      </header>
      <p id="why" hidden></p>
      <noscript><p>This page needs JavaScript; <a href="/metrics">/metrics</a> has the same figures.</p></noscript>
      <dl id="facts"></dl>
      <div class="cards">${plots.join('')}
      </div>
${table('topics', 'Topics', ['Topic', '#Partitions', '#Size', '#Records in/s', '#In/s', '#Out/s', 'Bytes in, two minutes'])}
${table('groups', 'Groups', ['Group', 'State', 'Assignor', '#Members', '#Partitions', '#Lag', 'Lag, two minutes'])}
${table('apis', 'Requests', ['API', '#Requests', '#A second', '#Errors', '#Median', '#99 %'])}
${table('connections', 'Connections', ['From', 'Client', 'Software', 'Principal', 'Listener', '#Open for', '#In', '#Out', '#Pending'])}
    </main>
  </body>
</html>
`;
