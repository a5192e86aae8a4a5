// What every client for Node is told. Each line of standard input is a phase: seconds, and whether errors
// are to be expected in it; the answer is a line of JSON.

import { createInterface } from "node:readline";

/**
 * A client that works phase by phase. `expected`: what it may say while a node is gone; nothing else is
 * expected, and nothing at all otherwise.
 */
export function phases(expected) {
  let strange = [];
  let turn = 0;

  async function phase(work, seconds, errorsAreFine) {
    const until = Date.now() + seconds * 1000;
    const unexpected = [];
    let done = 0;
    let errors = 0;
    while (Date.now() < until) {
      turn += 1;
      try {
        await work(turn);
        done += 1;
      } catch (error) {
        errors += 1;
        if (!errorsAreFine || !expected.test(error.message)) unexpected.push(String(error));
        // A client that is offline says so at once.
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    }
    unexpected.push(...strange);
    strange = [];
    return { done, errors, unexpected: unexpected.slice(0, 5) };
  }

  return {
    /** An error that belongs to no command. */
    hear(error) {
      if (!expected.test(String(error?.message ?? error))) strange.push(String(error));
    },
    /** Plays the phases: `work(turn)` as often as it can. `ready`: how many nodes the client knows. */
    async play(ready, work) {
      console.log(JSON.stringify({ ready }));
      for await (const line of createInterface({ input: process.stdin })) {
        const [seconds, errorsAreFine] = line.split(" ");
        console.log(JSON.stringify(await phase(work, Number(seconds), errorsAreFine === "yes")));
      }
    },
  };
}
