// The host that is a SMART server and the sign-in service: started before the gateway that is set up for them, told where it is.
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

export interface Providers {
  host: string;
  careIdentity: string;
}

/** Their addresses, in a test. */
export function providers(): Providers {
  return JSON.parse(process.env.SHCR_PROVIDERS!);
}

export interface Running {
  /** The tables a gateway needs to know them. */
  config: string;
  tell(gateway: string, office: string): Promise<void>;
  stop(): void;
}

export async function startProviders(): Promise<Running> {
  const folder = mkdtempSync(join(tmpdir(), 'shcr-providers-'));
  const log = join(folder, 'log');
  const script = join(import.meta.dirname, 'provider.js');
  const child = spawn(process.execPath, [script, folder], { stdio: ['ignore', openSync(log, 'w'), openSync(log, 'a')] });
  const file = join(folder, 'provider.json');
  for (let tries = 0; tries < 300 && !existsSync(file); tries += 1) {
    if (child.exitCode !== null) throw new Error(`the providers did not come up:\n${readFileSync(log, 'utf8')}`);
    await sleep(100);
  }
  process.env.SHCR_PROVIDERS = readFileSync(file, 'utf8');
  return {
    config: join(folder, 'gateway.toml'),
    tell: async (gateway, office) => {
      const body = JSON.stringify([gateway, office]);
      const answer = await fetch(`${providers().host}/control/gateway`, { method: 'POST', body });
      if (!answer.ok) throw new Error(`the providers were not told of the gateway: ${await answer.text()}`);
    },
    stop: () => {
      child.kill();
      rmSync(folder, { recursive: true });
    },
  };
}
