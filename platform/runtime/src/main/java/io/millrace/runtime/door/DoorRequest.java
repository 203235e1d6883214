package io.millrace.runtime.door;

import io.vertx.core.Future;
import io.vertx.core.http.HttpServerResponse;
import java.util.Optional;
import java.util.concurrent.Callable;

/** A request whose caller is known and may have it answered. Event loop only. */
public interface DoorRequest {
    /** A parameter of the route's path, decoded. */
    String path(String parameter);

    /** The first value of a parameter of the query, decoded. */
    Optional<String> query(String name);

    Optional<String> header(String name);

    /**
     * The whole body; must be called before the endpoint first waits for anything, or it is gone.
     *
     * @param limit in bytes, up to 64 MB
     * @return fails with a refusal (413) if it is larger
     */
    Future<byte[]> body(int limit);

    /** Whose key it is; empty where everybody may do everything. */
    Optional<String> user();

    /**
     * Asks for more than the route did, where what is asked depends on the request.
     *
     * @throws RuntimeException a refusal (403) unless the caller may do it; to be let through
     */
    void require(String action);

    /** Runs work that blocks on a worker of a shared pool of 20; what takes minutes needs a pool of its own. */
    <T> Future<T> blocking(Callable<T> work);

    /**
     * For an endpoint that writes the response bit by bit; then its answer is {@link DoorAnswer#alreadySent}. What it
     * does not end is never ended: mind also the caller that goes away.
     */
    HttpServerResponse response();
}
