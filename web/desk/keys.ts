/** What a key does at the desk. Pure, so that the rule "never steal a half-typed reply" can be tested. */

export type KeyAction =
  | 'next'
  | 'previous'
  | 'open'
  | 'reply'
  | 'step1'
  | 'step2'
  | 'step3'
  | 'transfer'
  | 'handBack'
  | 'resolve'
  | 'accept'
  | 'decline'
  | 'help'
  | 'palette'
  | 'leave';

export interface Press {
  key: string;
  ctrl: boolean;
  alt: boolean;
  /** The focus is in something that takes text. */
  typing: boolean;
  /** A dialog is open: it has the keyboard. */
  dialog: boolean;
  /** The focus is on something that Enter presses (a button, a link). */
  pressable: boolean;
}

const plain: Record<string, KeyAction> = {
  j: 'next',
  k: 'previous',
  r: 'reply',
  '1': 'step1',
  '2': 'step2',
  '3': 'step3',
  t: 'transfer',
  h: 'handBack',
  e: 'resolve',
  a: 'accept',
  d: 'decline',
  '?': 'help',
};

export function keyAction(p: Press): KeyAction | undefined {
  if (p.dialog) return undefined;
  if (p.ctrl && !p.alt && p.key.toLowerCase() === 'k') return 'palette';
  if (p.key === 'Escape' && p.typing) return 'leave';
  if (p.typing || p.ctrl || p.alt) return undefined;
  if (p.key === 'Enter') return p.pressable ? undefined : 'open';
  return plain[p.key.length === 1 ? p.key.toLowerCase() : p.key];
}

export function pressOf(e: KeyboardEvent): Press {
  const at = e.target instanceof Element ? e.target : undefined;
  return {
    key: e.key,
    ctrl: e.ctrlKey || e.metaKey,
    alt: e.altKey,
    typing: !!at?.closest('input:not([type=radio]):not([type=checkbox]), textarea, select, [contenteditable=true]'),
    dialog: !!document.querySelector('dialog[open]'),
    pressable: !!at?.closest('button, a, summary, input'),
  };
}

/** For the help page and the palette. */
export const keyHelp: { keys: string[]; does: string }[] = [
  { keys: ['J', 'K'], does: 'Next, previous in my work' },
  { keys: ['Enter'], does: 'Open the selected one' },
  { keys: ['A'], does: 'Accept the offer' },
  { keys: ['D'], does: 'Decline the offer with a reason' },
  { keys: ['R'], does: 'Reply' },
  { keys: ['Tab'], does: 'In an empty reply: insert the first next step' },
  { keys: ['1', '2', '3'], does: 'Use a next step' },
  { keys: ['Ctrl', 'Enter'], does: 'Send the reply' },
  { keys: ['Esc'], does: 'Leave the reply; the draft stays' },
  { keys: ['T'], does: 'Transfer to a queue or a colleague' },
  { keys: ['H'], does: 'Hand back to the AI' },
  { keys: ['E'], does: 'Resolve' },
  { keys: ['Ctrl', 'K'], does: 'Command palette' },
  { keys: ['?'], does: 'All keys' },
];
