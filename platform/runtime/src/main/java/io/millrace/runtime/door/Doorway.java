package io.millrace.runtime.door;

import io.millrace.broker.connection.BrokerAddress;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.Router;
import java.util.function.Supplier;

/** What a {@link Door} is given to build itself from. To be used while it is mounted; what it hands out, also later. */
public interface Doorway {
    Vertx vertx();

    /** Where the platform's broker listens for AMQP, with the credentials the platform itself uses. */
    BrokerAddress broker();

    /**
     * For what everybody may have, such as the files of a page: nothing is asked of who comes here. Paths that are the
     * Lambda API's are answered before, and those of function URLs.
     */
    Router unguarded();

    /**
     * Adds an operation of the platform. Whoever asks for it is known before the endpoint is called and may do
     * {@code action}, by the same keys, roles and sessions as the Lambda API; where everybody may do everything, pages of
     * other sites may not. Bad news of the endpoint is rendered as the Lambda API does: {@link DoorRefusedException},
     * BrokerUnavailableException (503) and AccessRefusedException (403) with their message, anything else as a fault of
     * the platform (500), logged once.
     *
     * @param path begins with {@code /_millrace/}; parts such as {@code :Name} are parameters. Also answered with a
     *     slash behind it.
     * @param action as roles name it, such as {@code millrace:GetQueues}. The role {@code reader} may do all
     *     {@code millrace:Get...}, {@code admin} everything, others what they list.
     * @throws IllegalArgumentException for another path
     */
    void guarded(HttpMethod method, String path, String action, DoorEndpoint endpoint);

    /** Called once when the server closes, after the last request was answered. */
    void onClose(Supplier<Future<Void>> closing);
}
