// The chat SDK in headless Chromium: the same flows as in Node, on a page that a local web server hands out.
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { after, before, describe, test } from 'node:test';
import { build } from 'esbuild';
import { chromium } from 'playwright-core';
import { backend, edgeURL, shortToken } from './deployment.js';
import { flows } from './flows.js';

const executablePath = process.env.E2E_CHROMIUM;
const args = [
  '--headless', '--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync',
];

/** What the page may ask of its web server, which stands for the application's backend. */
const services = { backend, shortToken };

async function bundle() {
  const { outputFiles } = await build({
    entryPoints: [new URL('page/main.js', import.meta.url).pathname],
    bundle: true, format: 'esm', write: false, logLevel: 'silent',
  });
  return outputFiles[0].text;
}

function serve(script) {
  return createServer(async (request, response) => {
    const answer = (status, type, body) => response.writeHead(status, { 'content-type': type }).end(body);
    if (request.method === 'GET') {
      return request.url === '/main.js'
        ? answer(200, 'text/javascript', script)
        : answer(200, 'text/html', '<!doctype html><title>throng</title><script type="module" src="/main.js"></script>');
    }
    try {
      const parameters = JSON.parse(Buffer.concat(await request.toArray()).toString());
      const result = await services[request.url.slice(1)](...parameters);
      return answer(200, 'application/json', JSON.stringify(result));
    } catch (error) {
      return answer(500, 'text/plain', String(error));
    }
  });
}

describe('the chat SDK in Chromium', { concurrency: 3 }, () => {
  let server;
  let browser;

  before(async () => {
    server = serve(await bundle());
    await new Promise((resolve) => { server.listen(0, '127.0.0.1', resolve); });
    browser = await chromium.launch({ executablePath, args });
  });

  after(async () => {
    await browser?.close();
    server?.closeAllConnections();
    server?.close();
  });

  for (const name of Object.keys(flows)) {
    test(name, async () => {
      const page = await browser.newPage();
      try {
        await page.goto(`http://127.0.0.1:${server.address().port}/`);
        await page.waitForFunction(() => globalThis.run);
        assert.equal(await page.evaluate(([flow, url]) => globalThis.run(flow, url), [name, edgeURL]), 'ok');
      } finally {
        await page.close();
      }
    });
  }
});
