/** Who may log in, of a data directory: what of security the program loads only for who asks. */
import type { Credentials } from '../../security/credentials.ts';
import type { TopicStore } from '../../store/topic-store.ts';

export async function openCredentials({
  fileSystem,
  directory,
}: Pick<TopicStore, 'fileSystem' | 'directory'>): Promise<Credentials> {
  const { Credentials: Kept } = await import('../../security/credentials.ts');
  return Kept.load(fileSystem, directory);
}
