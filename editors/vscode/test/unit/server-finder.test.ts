import assert from 'node:assert/strict';
import { delimiter } from 'node:path';
import { test } from 'node:test';
import { findServer, versionsAgree, type Places } from '../../src/server-finder';

function places(there: readonly string[], changed: Partial<Places> = {}): Places {
  const runs = (file: string) => there.includes(file);
  const searchPath = ['relative', '/usr/bin', '/opt/bin'].join(delimiter);
  return { configured: '', extensionPath: '/ext', searchPath, windows: false, runs, ...changed };
}

const bundled = '/ext/server/rigrun-lsp';

void test('the setting comes first, and alone', () => {
  const configured = '/my/server';
  assert.deepEqual(findServer(places([configured, bundled], { configured })), {
    found: true,
    command: configured,
    from: 'setting',
  });
  assert.deepEqual(findServer(places([bundled], { configured })), { found: false, configured });
});

void test('the bundle comes before the path', () => {
  const found = findServer(places([bundled, '/opt/bin/rigrun-lsp']));
  assert.deepEqual(found, { found: true, command: bundled, from: 'bundle' });
  const onPath = findServer(places(['/opt/bin/rigrun-lsp']));
  assert.deepEqual(onPath, { found: true, command: '/opt/bin/rigrun-lsp', from: 'path' });
  assert.deepEqual(findServer(places([])), { found: false, configured: '' });
});

void test('a relative folder on the path is not looked in', () => {
  assert.equal(findServer(places(['relative/rigrun-lsp'])).found, false);
});

void test('on Windows the program has its ending', () => {
  const windows = findServer(places(['/ext/server/rigrun-lsp.exe'], { windows: true }));
  assert.equal(windows.found, true);
});

void test('versions agree by their first two numbers', () => {
  assert.ok(versionsAgree('0.1.0', 'v0.1.7'));
  assert.ok(versionsAgree('0.1.0', 'v0.1.0-12-g1234567'));
  assert.ok(versionsAgree('0.1.0', '638eab9-dirty'), 'what is no release is not judged');
  assert.ok(!versionsAgree('0.1.0', 'v0.2.0'));
  assert.ok(!versionsAgree('1.1.0', '0.1.0'));
});
