/** Programs of the system, as root calls them. */
import { execFileSync } from 'node:child_process';

/** What it prints; throws what it has said when it fails. */
export function runTool(program: string, ...args: string[]): string {
  return execFileSync(program, args, { stdio: 'pipe' }).toString().trim();
}
