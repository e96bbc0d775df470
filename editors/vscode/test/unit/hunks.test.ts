import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  codeSoFar,
  countOf,
  decided,
  fenced,
  growing,
  hunksOf,
  nearest,
  proposed,
  proposedOffset,
} from '../../src/hunks';

const original = 'one\ntwo\nthree\nfour\n';

function review() {
  const [first, second] = hunksOf([
    { start: 14, end: 19, text: 'FOUR\nFIVE\n' },
    { start: 0, end: 4, text: 'ONE and more\n' },
  ]);
  assert.ok(first !== undefined && second !== undefined);
  return { first, second, hunks: [first, second] };
}

void test('what is not decided is proposed and not in the document', () => {
  const { hunks } = review();
  assert.equal(decided(original, hunks), original);
  assert.equal(proposed(original, hunks), 'ONE and more\ntwo\nthree\nFOUR\nFIVE\n');
});

void test('one is taken and the other left', () => {
  const { first, second, hunks } = review();
  first.decision = 'rejected';
  second.decision = 'accepted';
  assert.equal(decided(original, hunks), 'one\ntwo\nthree\nFOUR\nFIVE\n');
  assert.equal(proposed(original, hunks), decided(original, hunks));
  assert.equal(countOf(hunks, 'accepted'), 1);
  assert.equal(countOf(hunks, 'pending'), 0);
});

void test('a hunk is found where the proposal has it', () => {
  const { first, second, hunks } = review();
  const text = proposed(original, hunks);
  assert.equal(proposedOffset(hunks, second), text.indexOf('FOUR'));
  assert.equal(nearest(hunks, 0), first);
  assert.equal(nearest(hunks, text.length), second);
  first.decision = 'rejected';
  assert.equal(proposedOffset(hunks, second), proposed(original, hunks).indexOf('FOUR'));
  assert.equal(nearest(hunks, 0), second);
});

void test('code cannot close its fence', () => {
  assert.equal(fenced('go', 'a\n'), '```go\na\n```\n');
  assert.equal(fenced('md', '```\nx\n```'), '````md\n```\nx\n```\n````\n');
  assert.equal(fenced('a`b c', 'x'), '```abc\nx\n```\n');
});

void test('the code of an answer is there line by line', () => {
  assert.equal(codeSoFar('Here it is:\n\n``'), '');
  assert.equal(codeSoFar('Here it is:\n\n```go\nfunc a'), '');
  assert.equal(codeSoFar('```go\nfunc a() {\n\tretu'), 'func a() {\n');
  assert.equal(codeSoFar('```go\na\nb\n```\nand that is it\n```\nc\n```\n'), 'a\nb\n');
});

void test('a part grows over the lines it replaces', () => {
  const original = 'head\na\nb\nc\ntail\n';
  const [start, end] = [5, 10]; // a to c
  assert.equal(growing(original, start, end, ''), original);
  assert.equal(growing(original, start, end, 'x\n'), 'head\nx\nb\nc\ntail\n');
  assert.equal(growing(original, start, end, 'x\ny\nz\n'), 'head\nx\ny\nz\ntail\n');
  assert.equal(growing(original, start, end, 'x\ny\nz\nw\n'), 'head\nx\ny\nz\nw\ntail\n');
});
