/**
 * The input: 329 webhook events that GitHub sent to real repositories, collected by the npm package `@octokit/webhooks-examples`.
 */
import { createRequire } from 'node:module';

/** All events as `{ key, value }`, both bytes: the key is the repository, the value is the event as JSON. */
export function githubEvents() {
  // The package's main file is JSON, which `require` reads on every version of Node.
  const kinds = createRequire(import.meta.url)('@octokit/webhooks-examples');
  return kinds.flatMap(({ name, examples }) =>
    examples.map((event) => ({
      key: Buffer.from(subjectOf(event) ?? name),
      value: Buffer.from(JSON.stringify(event)),
    })),
  );
}

/** The repository that an event is about; some are about an organization or a person. */
function subjectOf(event) {
  return event.repository?.full_name ?? event.organization?.login ?? event.sender?.login;
}
