/** `npm run demo` as a process: the whole story, `--keep`, the arguments, the interruption. */

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import process from 'node:process';
import { createInterface } from 'node:readline';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { stripVTControlCharacters } from 'node:util';

const DEMO = fileURLToPath(new URL('../../../simulator/demo/demo.ts', import.meta.url));

/** Told to end with the test, where it has not by itself: the demo then ends its daemon too. */
function start(t: TestContext, args: readonly string[], onLine: (line: string) => void = () => undefined) {
  const child = spawn(process.execPath, [DEMO, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  t.after(() => child.kill('SIGTERM'));
  const lines: string[] = [];
  const errors: string[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => {
    lines.push(line);
    onLine(line);
  });
  createInterface({ input: child.stderr }).on('line', (line) => errors.push(line));
  const ended = once(child, 'close').then(([code, signal]: unknown[]) => ({
    code,
    signal,
    text: lines.join('\n'),
    errors: errors.join('\n'),
  }));
  return { child, lines, ended };
}

const STAGE = /^[+-] *\d+\.\d s {2}(?<stage>[a-z]+) /;

function stagesOf(text: string): readonly string[] {
  return text.split('\n').flatMap((line) => STAGE.exec(line)?.groups?.['stage'] ?? []);
}

/** The output that the README shows. */
function shownInReadme(): string {
  const readme = readFileSync(new URL('../../../README.md', import.meta.url), 'utf8');
  const [, shown] = /```text\n(Cluster[\s\S]*?)```/.exec(readme) ?? [];
  assert.ok(shown !== undefined, 'the README shows no output of the demo');
  return shown.trimEnd();
}

/** What is the same in each run: all but figures, names that are made up, and the order of what races. */
function shapeOf(text: string): readonly string[] {
  return text
    .replaceAll(/\d+(?:\.\d+)?/g, '#')
    .replaceAll(/\b(?:a-|run-)[\w-]+|-[a-z#]{8,}-[a-z#]{4,}|-#\b/g, '…')
    .replaceAll(/\s+/g, ' ')
    .split(/(?=[+-] # s )|(?= ok )/)
    .map((line) => line.trim())
    .toSorted();
}

/** Most of their time is waiting: they run side by side. */
test('the demo', { concurrency: true }, async (t) => {
  await Promise.all([
    t.test(
      'the whole story comes out as expected, in order, in under a minute',
      {
        timeout: 70_000,
      },
      async (sub) => {
        const began = performance.now();
        const { code, text, errors } = await start(sub, []).ended;
        assert.equal(code, 0, `${text}\n${errors}`);
        assert.ok(performance.now() - began < 60_000);
        assert.equal(errors, '');
        const stages = stagesOf(text);
        const main = ['ended', 'heard', 'settling', 'confirmed', 'evicted', 'gone', 'watching', 'contained'];
        const firsts = [...new Set(stages)].filter((stage) => stage !== 'started');
        assert.deepEqual(firsts, main);
        const count = (stage: string): number => stages.filter((one) => one === stage).length;
        assert.deepEqual(
          [count('evicted'), count('gone'), count('started'), count('contained')],
          [7, 7, 4, 1],
        );
        assert.ok(stages.lastIndexOf('evicted') < stages.indexOf('gone'));
        assert.match(text, /Left alone\n +11 pods +keep \(current\)/);
        assert.match(text, /keep \(finished\)[\s\S]+no token volume[\s\S]+replacement/);
        assert.equal([...text.matchAll(/^ {2}ok {6}/gm)].length, 11);
        assert.doesNotMatch(text, /FAILED/);
        assert.equal(stripVTControlCharacters(text), text);
        assert.match(text, /All 11 checks passed\. Containment time: \d+\.\d s\.$/);
        assert.ok(text.split('\n').every((line) => line.length <= 100));
        assert.deepEqual(shapeOf(text), shapeOf(shownInReadme()), 'the README shows another output');
      },
    ),
    t.test('--keep stays up, tells where, and ends in order on Ctrl-C', { timeout: 70_000 }, async (sub) => {
      const up = Promise.withResolvers<void>();
      const { child, lines, ended } = start(sub, ['--keep'], (line) => {
        if (line.includes('one more daemon')) up.resolve();
      });
      await Promise.race([up.promise, ended]);
      const url = (name: string): string =>
        new RegExp(`^ {2}${name} +(?<url>http://[^ ,]+)`, 'm').exec(lines.join('\n'))?.groups?.['url'] ?? '';
      const [metrics, status] = [url('metrics'), url('status API')];
      for (const place of [metrics, status]) {
        const answer = await fetch(place);
        await answer.arrayBuffer();
        assert.equal(answer.status, 200, place);
      }
      child.kill('SIGINT');
      child.kill('SIGINT');
      const { code, text } = await ended;
      assert.equal(code, 0, text);
      assert.match(text, /export KUBECONFIG='[^']+'/);
      assert.match(text, /All 11 checks passed/);
      for (const place of [metrics, url('EKS'), url('Kubernetes API')]) await assert.rejects(fetch(place));
    }),
    t.test('an interruption in the middle ends it at once', { timeout: 30_000 }, async (sub) => {
      const { child, ended } = start(sub, [], (line) => {
        if (line.includes(' settling ')) child.kill('SIGTERM');
      });
      const { code, text } = await ended;
      assert.equal(code, 130, text);
      assert.match(text, /Interrupted\.$/);
      assert.doesNotMatch(text, / evicted /);
    }),
    t.test('--help, and arguments that are wrong', { timeout: 30_000 }, async (sub) => {
      const [help, wrong] = await Promise.all([start(sub, ['--help']).ended, start(sub, ['--kep']).ended]);
      assert.equal(help.code, 0);
      assert.match(help.text, /Usage: npm run demo \[-- --keep\]/);
      assert.equal(wrong.code, 2);
      assert.equal(wrong.text, '');
      assert.match(wrong.errors, /^demo: Unknown option '--kep'/);
    }),
  ]);
});
