export type Place = 'desk' | 'item' | 'board' | 'list' | 'learn' | 'policy' | 'knowledge' | 'me';

export interface Route {
  place: Place;
  id?: string;
  query: URLSearchParams;
}

const places: Place[] = ['desk', 'item', 'board', 'list', 'learn', 'policy', 'knowledge', 'me'];

export function parse(hash: string): Route | undefined {
  const [path = '', query = ''] = hash.replace(/^#\/?/, '').split('?');
  const [place, id] = path.split('/');
  if (!places.includes(place as Place)) return undefined;
  return { place: place as Place, ...(id ? { id: decodeURIComponent(id) } : {}), query: new URLSearchParams(query) };
}

/** Addresses behind `#`, so that a reload or a shared link opens the same thing from one static page. */
class Router {
  route = $state.raw<Route | undefined>(parse(location.hash));

  constructor() {
    addEventListener('hashchange', () => (this.route = parse(location.hash)));
  }

  go(address: string): void {
    location.hash = `#/${address}`;
  }
}

export const router = new Router();
