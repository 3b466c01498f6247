// The audit as an auditor reads it, by the program's own command: how many entries of each kind there are.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { ready, type Pace } from './demo.ts';

export type Kinds = { [kind: string]: number };

export function kinds(pace: Pace): Kinds {
  const state = ready(pace).state_dir;
  const options = ['audit', 'verify', '--store', join(state, 'audit.sqlite'), '--key', join(state, 'audit.key'),
    '--month-keys', join(state, 'audit-months')];
  const ran = spawnSync(process.env.SHCR_BUILT!, options, { encoding: 'utf8' });
  if (ran.status !== 0) throw new Error(`the audit does not verify: ${ran.stdout}${ran.stderr}`);
  const counts = [...ran.stdout.matchAll(/^\s*(\d+) ([a-z-]+)$/gm)].map(([, count, kind]) => [kind, Number(count)] as const);
  return Object.fromEntries(counts);
}
