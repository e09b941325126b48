/**
 * What a log tells of groups of the consumer protocol: one fact a record, each with a key of its own, the last of which holds. Null takes it back. Types only.
 */
import type { Timestamp } from '../../types.ts';
import type { PartitionsById } from '../assignor/server-assignor.ts';
import type { CurrentAssignment, MemberSubscription } from './consumer-member.ts';

/** The topics that a regular expression stood for when it was looked at. */
export interface ResolvedPattern {
  readonly topics: ReadonlySet<string>;
  /** Of the topics of the writer, which counts their changes. */
  readonly version: number;
  readonly at: Timestamp;
}

export interface GroupEpoch {
  readonly epoch: number;
  /** Of the topics that are subscribed to: when it is another one, the group assigns anew. */
  readonly metadataHash: bigint;
}

interface OfGroup {
  readonly groupId: string;
}

interface OfMember extends OfGroup {
  readonly memberId: string;
}

export type ConsumerRecord =
  | (OfGroup & { readonly kind: 'group'; readonly value: GroupEpoch | null })
  /** What Kafka 4.0 kept of topics: it is only taken back. */
  | (OfGroup & { readonly kind: 'topics'; readonly value: 'some' | null })
  | (OfMember & { readonly kind: 'member'; readonly value: MemberSubscription | null })
  | (OfGroup & { readonly kind: 'targetEpoch'; readonly value: number | null })
  | (OfMember & { readonly kind: 'target'; readonly value: PartitionsById | null })
  | (OfMember & { readonly kind: 'current'; readonly value: CurrentAssignment | null })
  | (OfGroup & { readonly kind: 'pattern'; readonly pattern: string; readonly value: ResolvedPattern | null });
