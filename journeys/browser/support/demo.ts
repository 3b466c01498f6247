// Starts the built program's demo before the first test and stops it after the last; a stop that is not clean fails the run.
// Four of them: one whose partners answer at once, so that a page is the same each time, one with believable delays, one that knows
// a SMART server and a sign-in service, and one whose partners a test may make go wrong.
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startProviders } from './providers.ts';

const root = resolve(import.meta.dirname, '../../..');

export interface Ready {
  host_url: string;
  gateway_url: string;
  office_url: string;
  /** Where faults are laid over the region. */
  control_url: string;
  /** The operator's listener. */
  admin_url: string;
  state_dir: string;
  /** The configuration the gateway runs on. */
  config: string;
  sources: { name: string; url: string }[];
  people: { nhs_number: string; name: string; story_key: string }[];
}

export type Pace = 'prompt' | 'believable' | 'providers' | 'faulty' | 'training' | 'large';

/** What the running demo of that pace says of itself. */
export function ready(pace: Pace = 'prompt'): Ready {
  return JSON.parse(readFileSync(process.env[`SHCR_READY_${pace.toUpperCase()}`]!, 'utf8'));
}

/** The built program, as `cargo build --package shcr` leaves it. */
function program(): string {
  if (process.env.SHCR_PROGRAM) return process.env.SHCR_PROGRAM;
  const built = spawnSync('cargo', ['build', '--quiet', '--package', 'shcr'], { cwd: root, stdio: 'inherit' });
  if (built.status !== 0) throw new Error('the program cannot be built: cargo build --package shcr');
  return join(resolve(root, process.env.CARGO_TARGET_DIR ?? 'target'), 'debug/shcr');
}

async function untilReady(demo: ChildProcess, file: string, log: string): Promise<void> {
  for (let tries = 0; tries < 600; tries += 1) {
    if (existsSync(file)) return;
    if (demo.exitCode !== null) break;
    await sleep(100);
  }
  throw new Error(`the demo did not come up:\n${readFileSync(log, 'utf8')}`);
}

/** Starts one; gives what stops it and checks its audit. */
export async function startOne(shcr: string, pace: Pace, further: string[] = []): Promise<() => Promise<void>> {
  const folder = mkdtempSync(join(tmpdir(), 'shcr-browser-'));
  const file = join(folder, 'ready.json');
  const log = join(folder, 'stderr.log');
  const options = ['demo', '--seed', '7', '--people', '30', '--ready-file', file, '--state-dir', join(folder, 'state'), ...further];
  if (pace !== 'believable') options.push('--no-latency');
  const demo = spawn(shcr, options, { cwd: folder, stdio: ['ignore', 'ignore', openSync(log, 'w')] });
  const ended = new Promise<number | null>((done) => demo.on('exit', done));
  await untilReady(demo, file, log);
  process.env[`SHCR_READY_${pace.toUpperCase()}`] = file;

  return async () => {
    const state = ready(pace).state_dir;
    demo.kill('SIGTERM');
    const code = await ended;
    if (code !== 0) throw new Error(`the demo stopped with ${code}:\n${readFileSync(log, 'utf8')}`);
    const audit = ['audit', 'verify', '--store', join(state, 'audit.sqlite'), '--key', join(state, 'audit.key'),
      '--month-keys', join(state, 'audit-months')];
    const verified = spawnSync(shcr, audit, { encoding: 'utf8' });
    if (verified.status !== 0) throw new Error(`the audit does not verify: ${verified.stdout}${verified.stderr}`);
    rmSync(folder, { recursive: true });
  };
}

/** Starts a region, and the gateway before it as a process of its own on a configuration that `change` had its way with. */
export async function startApart(shcr: string, pace: Pace, change: (config: string) => string): Promise<() => Promise<void>> {
  const stopRegion = await startOne(shcr, pace, ['--without-gateway']);
  const { config, gateway_url: gateway } = ready(pace);
  writeFileSync(config, change(readFileSync(config, 'utf8')));
  const log = join(dirname(config), 'serve.log');
  const serve = spawn(shcr, ['serve', '--config', config], { stdio: ['ignore', 'ignore', openSync(log, 'w')] });
  const ended = new Promise<number | null>((done) => serve.on('exit', done));
  const stop = async () => {
    serve.kill('SIGTERM');
    await ended;
    await stopRegion();
  };
  for (let tries = 0; tries < 600; tries += 1) {
    if (await fetch(`${gateway}/help`).then((answer) => answer.ok, () => false)) return stop;
    if (serve.exitCode !== null) break;
    await sleep(100);
  }
  const said = readFileSync(log, 'utf8');
  await stop();
  throw new Error(`the gateway did not come up:\n${said}`);
}

export default async function start(): Promise<() => Promise<void>> {
  const shcr = program();
  process.env.SHCR_BUILT = shcr;
  const providers = await startProviders();
  const stops = [await startOne(shcr, 'prompt'), await startOne(shcr, 'believable'), await startOne(shcr, 'faulty')];
  stops.push(await startOne(shcr, 'providers', ['--with-config', providers.config]));
  const { gateway_url: gateway, office_url: office } = ready('providers');
  await providers.tell(gateway, office);
  return async () => {
    for (const stop of stops) await stop();
    providers.stop();
  };
}
