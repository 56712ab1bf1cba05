'use strict';
// What a reader may do on screen: ask a point who it is, sort a table, search all genes.
// Names are strangers' text: they are set as text, never read as HTML.
(() => {
  const SVG = 'http://www.w3.org/2000/svg';
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const make = (tag, properties = {}, ...children) => {
    const element = Object.assign(document.createElement(tag), properties);
    element.append(...children);
    return element;
  };
  const main = document.getElementById('main');
  const file = document.querySelector('a[data-genes]');

  // Points: the nearest to the pointer, or by arrow keys; marked wherever the sample is.
  const samples = JSON.parse(main.dataset.samples);
  const noun = main.dataset.noun;
  const rows = new Map();
  for (const table of all('main table')) {
    if (table.rows[0].cells[0].textContent.toLowerCase() !== noun.toLowerCase()) continue;
    for (const head of all('tbody th', table)) {
      const of = rows.get(head.textContent) || [];
      rows.set(head.textContent, [...of, head.parentNode]);
    }
  }
  const plots = all('.plate[data-points]').map((plate) => {
    const numbers = plate.dataset.points.split(' ').map(Number);
    // One panel after the other, each with all samples.
    const panels = [];
    for (let at = 0; at < numbers.length; at += 2 * samples.length) panels.push(samples.map((_, i) => [numbers[at + 2 * i], numbers[at + 2 * i + 1]]));
    const drawing = plate.querySelector('svg');
    const layer = document.createElementNS(SVG, 'svg');
    layer.setAttribute('viewBox', drawing.getAttribute('viewBox'));
    layer.setAttribute('class', 'drawing layer');
    layer.setAttribute('aria-hidden', 'true');
    plate.append(layer);
    const hint = `Point at a ${noun}, or use the arrow keys, to see who it is.`;
    const line = make('p', { className: 'who', textContent: hint });
    line.setAttribute('role', 'status');
    plate.after(line);
    return { plate, panels, layer, line, hint };
  });
  let marked = -1;
  const shape = (layer, tag, attributes) => {
    const element = document.createElementNS(SVG, tag);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    layer.append(element);
    return element;
  };
  const mark = (i, here) => {
    for (const row of all('tr.marked')) row.classList.remove('marked');
    marked = i;
    for (const { panels, layer, line, hint } of plots) {
      layer.replaceChildren();
      line.textContent = hint;
      if (i < 0) continue;
      for (const points of panels) {
        const [x, y] = points[i];
        shape(layer, 'circle', { cx: x, cy: y, r: 8 });
        const left = x > 0.7 * layer.viewBox.baseVal.width;
        const name = shape(layer, 'text', { x: left ? x - 11 : x + 11, y: y + 3, 'text-anchor': left ? 'end' : 'start', 'paint-order': 'stroke' });
        name.textContent = samples[i][0].slice(0, 40);
      }
      line.textContent = '';
      line.append(make('b', { textContent: `${noun} ${samples[i][0]}` }), `: ${samples[i][1]}`);
    }
    // One line speaks to a screen reader, not all of them.
    for (const { plate, line } of plots) line.setAttribute('aria-live', plate === here ? 'polite' : 'off');
    for (const row of (i >= 0 && rows.get(samples[i][0])) || []) row.classList.add('marked');
  };
  const show = (plate, x, layer) => {
    const at = x / layer.viewBox.baseVal.width * layer.clientWidth;
    if (at < plate.scrollLeft + 20 || at > plate.scrollLeft + plate.clientWidth - 20) plate.scrollLeft = at - plate.clientWidth / 2;
  };
  for (const { plate, panels, layer } of plots) {
    const points = panels[0];
    layer.addEventListener('pointermove', (event) => {
      const box = layer.getBoundingClientRect();
      const scale = layer.viewBox.baseVal.width / box.width;
      const [x, y] = [(event.clientX - box.left) * scale, (event.clientY - box.top) * scale];
      let [nearest, least] = [-1, 10 ** 2];
      panels.flat().forEach(([a, b], place) => {
        const distance = (a - x) ** 2 + (b - y) ** 2;
        if (distance < least) [nearest, least] = [place % samples.length, distance];
      });
      if (nearest >= 0 && nearest !== marked) mark(nearest, plate);
    });
    const steps = { ArrowRight: [0, 1], ArrowLeft: [0, -1], ArrowUp: [1, -1], ArrowDown: [1, 1] };
    const orders = [0, 1].map((axis) => points.map((_, i) => i).sort((i, j) => points[i][axis] - points[j][axis]));
    plate.addEventListener('keydown', (event) => {
      if (!(event.key in steps) || event.ctrlKey || event.altKey || event.metaKey) return;
      event.preventDefault();
      const [axis, step] = steps[event.key];
      const order = orders[axis];
      const place = marked < 0 ? (step > 0 ? 0 : order.length - 1) : order.indexOf(marked) + step;
      mark(order[(place + order.length) % order.length], plate);
      show(plate, points[marked][0], layer);
    });
  }
  document.addEventListener('keydown', (event) => {
    if (event.key === 'Escape' && marked >= 0) mark(-1);
  });

  // Tables: sorted by the column whose heading is pressed; what is undefined stays last.
  const number = (text) => parseFloat(text.replace(/\u2212/g, '-').replace(/^[^\d.-]+/, ''));
  const sort = (table, column, heads) => {
    const body = table.tBodies[0];
    const numeric = heads[column].classList.contains('number');
    const down = heads[column].getAttribute('aria-sort') === 'ascending';
    const keyed = [...body.rows].map((row) => {
      const text = row.cells[column].textContent.trim();
      return [numeric ? number(text) : text, row];
    });
    const missing = (key) => key === '' || key === '\u2013' || Number.isNaN(key);
    keyed.sort(([a], [b]) => {
      if (missing(a) || missing(b)) return missing(a) - missing(b);
      return (down ? -1 : 1) * (numeric ? a - b : a.localeCompare(b, undefined, { numeric: true }));
    });
    for (const head of heads) head.removeAttribute('aria-sort');
    heads[column].setAttribute('aria-sort', down ? 'descending' : 'ascending');
    body.append(...keyed.map(([, row]) => row));
  };
  const sortable = (table) => {
    if (!table.tHead || 'fixed' in table.dataset || table.tBodies.length !== 1 || table.tBodies[0].rows.length < 3 || table.querySelector('[rowspan], [colspan]')) return;
    const heads = [...table.tHead.rows[0].cells];
    heads.forEach((head, column) => {
      if (!head.textContent.trim()) return;
      const button = make('button', { type: 'button' }, ...head.childNodes);
      button.addEventListener('click', () => sort(table, column, heads));
      head.append(button);
    });
  };
  all('main table').forEach(sortable);

  // All genes: read from the one packed file that the page carries, when first asked for.
  if (!file || !('DecompressionStream' in window)) return;
  const { noun: genes, n, columns } = JSON.parse(file.dataset.genes);
  const sentence = (word) => word[0].toUpperCase() + word.slice(1);
  let reading;
  const read = async () => {
    const bytes = Uint8Array.from(atob(file.href.split(',')[1]), (c) => c.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'));
    const { genes: { table }, data: { classes } } = await new Response(stream).json();
    const cell = (kind, field, i) => {
      if (kind === 'rank') return table.usable[i] ? i + 1 : null;
      if (kind === 'yes') return table.usable[i] ? 'yes' : 'no';
      return kind === 'class' ? classes[table[field][i]].label : table[field][i];
    };
    return table.ids.map((_, i) => columns.map(([, field, kind]) => cell(kind, field, i)));
  };
  const everything = () => (reading ||= read());
  const written = (value, kind) => {
    if (value === null) return '\u2013';
    if (typeof value === 'string' || kind === 'rank') return String(value);
    if (kind === 'percent') return `${(100 * value).toFixed(1).replace(/\.0$/, '')}\u00a0%`;
    const small = kind === 'scientific' && value < 0.001;
    const digits = small && value < 1e-300 ? '<\u00a01e-300' : small ? value.toExponential(1) : value.toFixed(3);
    return digits.replace(/-/g, '\u2212');
  };
  const MOST = 50;
  const field = make('input', { type: 'search', id: 'gene-search', autocomplete: 'off', spellcheck: false });
  const label = make('label', { htmlFor: 'gene-search', textContent: `Search all ${n} ${genes}` });
  const save = make('button', { type: 'button', textContent: 'Save all as CSV' });
  const status = make('p', { className: 'note' });
  status.setAttribute('role', 'status');
  const heads = columns.map(([text, , kind]) => make('th', { scope: 'col', textContent: text, className: ['text', 'class', 'yes'].includes(kind) ? '' : 'number' }));
  const body = make('tbody');
  const scroll = make('div', { className: 'scroll wide genes', hidden: true, tabIndex: 0 });
  scroll.setAttribute('role', 'region');
  scroll.setAttribute('aria-label', `${sentence(genes)} found`);
  scroll.append(make('table', {}, make('thead', {}, make('tr', {}, ...heads)), body));
  const search = async () => {
    const sought = field.value.trim().toLowerCase();
    const words = sought.split(/\s+/);
    const texts = columns.flatMap(([, , kind], k) => (kind === 'text' ? [k] : []));
    const found = !sought ? [] : (await everything()).filter((row) => {
      const text = texts.map((k) => row[k]).join(' ').toLowerCase();
      return words.every((word) => text.includes(word));
    });
    if (sought !== field.value.trim().toLowerCase()) return;
    body.replaceChildren(...found.slice(0, MOST).map((row) => make('tr', {}, ...row.map((value, k) => {
      const cell = make(k ? 'td' : 'th', { textContent: written(value, columns[k][2]), className: heads[k].className });
      if (!k) cell.scope = 'row';
      return cell;
    }))));
    scroll.hidden = !found.length;
    const more = found.length > MOST ? ` The first ${MOST} are shown.` : '';
    status.textContent = sought ? `${found.length} of ${n} ${genes} found.${more}` : '';
  };
  field.addEventListener('input', search);
  // As report/csvfile.py: nothing that a spreadsheet would run.
  const quoted = (value) => {
    if (typeof value !== 'string') return value === null ? '' : String(value);
    const runs = /^[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]/.test(value) && !/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(value);
    const text = (runs ? "'" : '') + value.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, (c) => `[U+${c.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}]`);
    return /[",\n]/.test(text) ? `"${text.replace(/"/g, '""')}"` : text;
  };
  save.addEventListener('click', async () => {
    const lines = [columns.map(([text]) => text), ...await everything()];
    const text = lines.map((row) => `${row.map(quoted).join(',')}\r\n`).join('');
    const link = make('a', { href: URL.createObjectURL(new Blob([text], { type: 'text/csv' })), download: 'genes.csv' });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
    status.textContent = `genes.csv: ${n} ${genes}.`;
  });
  const tools = make('div', { className: 'tools' }, label, field, save, status);
  tools.setAttribute('role', 'search');
  document.getElementById('tab-genes').parentNode.after(tools, scroll);
})();
