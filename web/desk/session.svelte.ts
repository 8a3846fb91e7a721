import { connect, take } from '../shared/client';
import { ApiError, problemOf, type Problem } from '../shared/problem';
import type { Me } from '../shared/types';

/** The desk's own calls go with the session cookie, which scripts cannot read. */
export const api = connect('');

class Session {
  me = $state.raw<Me | undefined>();
  state = $state<'loading' | 'out' | 'in' | 'failed'>('loading');
  problem = $state.raw<Problem | undefined>();
  /** The session ended by itself while people were at work. */
  expired = $state(false);

  async load(): Promise<void> {
    try {
      this.me = await take(api.GET('/v1/me'));
      this.state = 'in';
    } catch (error) {
      const refused = error instanceof ApiError && (error.problem.status === 401 || error.problem.status === 403);
      this.state = refused ? 'out' : 'failed';
      this.problem = problemOf(error);
    }
  }

  async signIn(workspace: string, email: string, password: string): Promise<void> {
    await take(api.POST('/v1/sessions', { body: { workspace, email, password } }));
    this.expired = false;
    await this.load();
  }

  async signOut(): Promise<void> {
    await take(api.DELETE('/v1/sessions/current')).catch(() => undefined);
    this.me = undefined;
    this.state = 'out';
  }

  lapse = (): void => {
    if (this.state !== 'in') return;
    this.expired = true;
    this.me = undefined;
    this.state = 'out';
  };

  get human(): string | undefined {
    return this.me?.human_agent ?? undefined;
  }

  get leads(): boolean {
    return this.me?.role === 'supervisor' || this.me?.role === 'admin';
  }
}

export const session = new Session();
