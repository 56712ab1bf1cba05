// Open a page in headless Chromium and tell, as JSON, what is to be seen; judge nothing.
// Usage: node look.mjs NODE_MODULES CHROMIUM PAGE
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { gunzipSync } from 'node:zlib';

const [modules, executablePath, file] = process.argv.slice(2);
const require = createRequire(`${modules}/`);
const { chromium } = require('playwright-core');
const axe = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');
const address = pathToFileURL(file).href;
const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];
const MODES = {
  light: { viewport: { width: 1280, height: 900 }, colorScheme: 'light' },
  dark: { viewport: { width: 1280, height: 900 }, colorScheme: 'dark' },
  phone: { viewport: { width: 360, height: 780 }, colorScheme: 'light' },
};

const args = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--host-resolver-rules=MAP * ~NOTFOUND'];
const browser = await chromium.launch({ executablePath, args });
const told = { console: [], requests: [], modes: {} };

const open = async (options) => {
  const page = await (await browser.newContext(options)).newPage();
  page.on('console', (message) => told.console.push(message.text()));
  page.on('pageerror', (error) => told.console.push(String(error)));
  page.on('request', (request) => {
    const url = request.url();
    if (url !== address && !/^(data|blob):/.test(url)) told.requests.push(url);
  });
  await page.goto(address);
  return page;
};

for (const [mode, options] of Object.entries(MODES)) {
  const page = await open(options);
  await page.evaluate(axe);
  const { violations } = await page.evaluate((tags) => axe.run({ runOnly: tags }), TAGS);
  told.modes[mode] = {
    violations: violations.map(({ id, nodes }) => `${id}: ${nodes[0].target} (${nodes.length})`),
    overflow: await page.evaluate(() => document.documentElement.scrollWidth - innerWidth),
  };
  await page.context().close();
}

const has = (page, selector) => page.locator(selector).first().count();
const saved = async (page, locator) => {
  const [download] = await Promise.all([page.waitForEvent('download'), locator.click()]);
  return [download.suggestedFilename(), readFileSync(await download.path())];
};

const page = await open(MODES.light);
if (await has(page, '.plate[data-points]')) {
  const seen = () => page.evaluate(() => ({
    lines: [...document.querySelectorAll('.who')].map((line) => line.textContent),
    marks: document.querySelectorAll('.layer circle').length,
    rows: [...document.querySelectorAll('tr.marked')].map((row) => row.cells[0].textContent),
  }));
  const layer = page.locator('.layer').first();
  const named = await page.evaluate(() => {
    const samples = JSON.parse(document.getElementById('main').dataset.samples);
    // A sample of the table of samples, so that its row can be seen to be marked.
    const heads = new Set([...document.querySelectorAll('#tab-misclassified tbody th')].map((head) => head.textContent));
    return Math.max(0, samples.findIndex(([name]) => heads.has(name)));
  });
  await layer.scrollIntoViewIfNeeded();
  const at = await page.evaluate((i) => {
    const drawn = document.querySelector('.layer');
    const numbers = document.querySelector('.plate[data-points]').dataset.points.split(' ').map(Number);
    const [box, view] = [drawn.getBoundingClientRect(), drawn.viewBox.baseVal];
    const scale = box.width / view.width;
    return [box.left + numbers[2 * i] * scale, box.top + numbers[2 * i + 1] * scale];
  }, named);
  told.samples = JSON.parse(await page.locator('#main').getAttribute('data-samples'));
  told.plots = await page.locator('.layer').count();
  told.panels = await page.evaluate(() => [...document.querySelectorAll('.plate[data-points]')].reduce((n, plate) => n + plate.dataset.points.split(' ').length, 0)) / 2 / told.samples.length;
  told.before = await seen();
  await page.mouse.move(...at);
  told.hovered = { sample: named, ...(await seen()) };
  await page.keyboard.press('Escape');
  told.dismissed = await seen();
  await page.locator('.plate[data-points]').first().focus();
  told.walked = [];
  for (let i = 0; i < told.samples.length; i += 1) {
    await page.keyboard.press('ArrowRight');
    told.walked.push((await seen()).lines[0]);
  }
  await page.keyboard.press('Escape');
}
if (await has(page, 'th.number button')) {
  const longest = await page.evaluate(() => {
    const tables = [...document.querySelectorAll('main table')].filter((table) => table.querySelector('th.number button'));
    return tables.sort((a, b) => b.rows.length - a.rows.length)[0].id;
  });
  const table = page.locator(`#${longest}`);
  const heading = table.locator('th.number:has(button)').first();
  const column = await heading.evaluate((head) => head.cellIndex);
  const look = async () => ({
    cells: await table.locator(`tbody tr > :nth-child(${column + 1})`).allTextContents(),
    sort: await heading.getAttribute('aria-sort'),
  });
  told.unsorted = await look();
  await heading.locator('button').focus();
  await page.keyboard.press('Enter');
  told.up = await look();
  await page.keyboard.press('Enter');
  told.down = await look();
}
if (await has(page, '#gene-search')) {
  const gene = await page.locator('#tab-genes tbody th').last().textContent();
  await page.locator('#gene-search').fill(gene);
  const found = page.locator('.tools + .scroll tbody th');
  await found.first().waitFor();
  told.search = { gene, found: await found.allTextContents(), said: await page.locator('.tools .note').textContent() };
  const [name, csv] = await saved(page, page.locator('.tools button'));
  told.csv = { name, text: csv.toString() };
  const [packed, bytes] = await saved(page, page.locator('.downloads a').first());
  told.results = { name: packed, n_genes: JSON.parse(gunzipSync(bytes)).genes.n_genes };
  const [figure, numbers] = await saved(page, page.locator('a.data[download]').first());
  told.figure = { name: figure, text: numbers.toString() };
}
const paper = await open({ ...MODES.dark });
await paper.emulateMedia({ media: 'print', colorScheme: 'dark' });
told.print = await paper.evaluate(() => [getComputedStyle(document.body).backgroundColor, getComputedStyle(document.body).color]);

const plain = await open({ ...MODES.light, javaScriptEnabled: false });
told.plain = {
  controls: await plain.locator('button, input, .who, .layer').count(),
  genes: await plain.locator('#tab-genes tbody tr').count(),
  downloads: await plain.locator('.downloads a[download]').count(),
};
await browser.close();
console.log(JSON.stringify(told));
