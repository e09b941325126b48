/** An empty log that appends the same records each time; at the other end of it, Rounds measures how fast. */
interface Peer extends AutoCloseable {
    /** One append of all records. */
    void append() throws Exception;

    /** How many records are in the log, as the log itself has it. */
    long count() throws Exception;

    /** The value of the last record, read back. */
    byte[] last() throws Exception;

    /** Leaves nothing to be flushed. The directory goes afterwards. */
    @Override
    void close() throws Exception;

    /** Makes one in an empty directory. */
    interface Maker {
        Peer open(java.io.File directory, byte[][] records) throws Exception;
    }
}
