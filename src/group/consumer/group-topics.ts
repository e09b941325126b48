/** The topics of a store, as groups that are assigned here look at them. Types only. */
export interface GroupTopic {
  readonly id: string;
  readonly name: string;
  readonly partitionCount: number;
}

export interface GroupTopics {
  /** One more with each change of any topic's id or partitions. */
  readonly version: number;
  /** The version in which a topic was last made. */
  readonly versionOfNewest: number;
  names(): Iterable<string>;
  find(name: string): GroupTopic | null;
  findById(id: string): GroupTopic | null;
}
