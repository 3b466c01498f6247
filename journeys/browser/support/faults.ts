// Makes a source of the demo that is kept for it go wrong for as long as a test lasts.
import { ready } from './demo.ts';

/** Lays faults over the region, does the work, and takes them off again whatever came of it. */
export async function withFaults<T>(faults: Record<string, string>, work: () => Promise<T>): Promise<T> {
  const put = async (source: string, fault: string) => {
    const body = new URLSearchParams({ source, fault });
    const answer = await fetch(`${ready('faulty').control_url}/faults`, { method: 'POST', body, redirect: 'manual' });
    if (answer.status >= 400) throw new Error(`the region refuses ${source}=${fault}: ${await answer.text()}`);
  };
  try {
    for (const [source, fault] of Object.entries(faults)) await put(source, fault);
    return await work();
  } finally {
    for (const source of Object.keys(faults)) await put(source, 'none');
  }
}
