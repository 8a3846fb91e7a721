export type Theme = 'system' | 'light' | 'dark';

const STORE = 'baton:theme';

export function theme(): Theme {
  const saved = localStorage.getItem(STORE);
  return saved === 'light' || saved === 'dark' ? saved : 'system';
}

export function applyTheme(to: Theme = theme()): void {
  localStorage.setItem(STORE, to);
  if (to === 'system') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = to;
}
