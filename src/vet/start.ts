// Opens the session of a run, whose threads load while this one does.
import { openPool } from '../collect/source/pool.ts';
import type { Session } from './session.ts';
import type { Settings } from './settings.ts';

export async function startSession(settings: Settings): Promise<Session> {
  const pool = openPool();
  pool.prestart();
  try {
    const { openSession } = await import('./session.ts');
    return await openSession(settings, pool);
  } catch (error) {
    await pool.close();
    throw error;
  }
}
