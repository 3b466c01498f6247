// Makes a source of the demo that is kept for it go wrong for as long as a test lasts.
import { ready } from './demo.ts';

/** What went wrong before is forgotten: a source that asked to be left alone is asked again at once. */
async function forget(source: string): Promise<void> {
  const admin = ready('faulty').admin_url;
  const body = new URLSearchParams({ source, by: 'A browser test' });
  const answer = await fetch(`${admin}/clear`, { method: 'POST', body, headers: { origin: admin }, redirect: 'manual' });
  if (answer.status >= 400) throw new Error(`${source} is not cleared: ${await answer.text()}`);
}

/** Lays faults over the region, does the work, and takes them off again whatever came of it. */
export async function withFaults<T>(faults: Record<string, string>, work: () => Promise<T>): Promise<T> {
  const put = async (source: string, fault: string) => {
    const body = new URLSearchParams({ source, fault });
    const answer = await fetch(`${ready('faulty').control_url}/faults`, { method: 'POST', body, redirect: 'manual' });
    if (answer.status >= 400) throw new Error(`the region refuses ${source}=${fault}: ${await answer.text()}`);
  };
  try {
    for (const [source, fault] of Object.entries(faults)) {
      await put(source, fault);
      await forget(source);
    }
    return await work();
  } finally {
    for (const source of Object.keys(faults)) {
      await put(source, 'none');
      await forget(source);
    }
  }
}
