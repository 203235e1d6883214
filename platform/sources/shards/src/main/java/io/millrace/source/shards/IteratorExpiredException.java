package io.millrace.source.shards;

/** A place in a shard was used too late; another one is to be asked for. */
public final class IteratorExpiredException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public IteratorExpiredException(String shard) {
        super("iterator of shard " + shard + " has expired", null, false, false);
    }
}
