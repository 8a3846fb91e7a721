import { describe, expect, it } from 'vitest';
import { keyAction, type Press } from './keys';

const press = (key: string, over: Partial<Press> = {}): Press => ({
  key,
  ctrl: false,
  alt: false,
  typing: false,
  dialog: false,
  pressable: false,
  ...over,
});

describe('keys', () => {
  it.each([
    ['j', 'next'],
    ['K', 'previous'],
    ['Enter', 'open'],
    ['a', 'accept'],
    ['d', 'decline'],
    ['2', 'step2'],
    ['?', 'help'],
    ['t', 'transfer'],
    ['h', 'handBack'],
    ['e', 'resolve'],
    ['r', 'reply'],
  ])('%s does %s', (key, action) => expect(keyAction(press(key))).toBe(action));

  it('never steals a half-typed reply', () => {
    for (const key of ['j', 'k', 'a', 'd', 'e', 't', 'h', 'r', '1', '?', 'Enter']) {
      expect(keyAction(press(key, { typing: true }))).toBeUndefined();
    }
    expect(keyAction(press('Escape', { typing: true }))).toBe('leave');
    expect(keyAction(press('k', { typing: true, ctrl: true }))).toBe('palette');
  });

  it('leaves the browser its own combinations', () => {
    expect(keyAction(press('r', { ctrl: true }))).toBeUndefined();
    expect(keyAction(press('d', { alt: true }))).toBeUndefined();
  });

  it('gives an open dialog the keyboard, and a focused button its Enter', () => {
    expect(keyAction(press('a', { dialog: true }))).toBeUndefined();
    expect(keyAction(press('Enter', { pressable: true }))).toBeUndefined();
  });
});
