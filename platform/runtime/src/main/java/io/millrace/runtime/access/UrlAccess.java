package io.millrace.runtime.access;

import io.millrace.core.function.FunctionArn;
import io.vertx.core.http.HttpServerRequest;
import java.util.Optional;

/** Who may use the address of a function (lambda-semantics 7.2). Thread-safe; from memory. */
public interface UrlAccess {

    /**
     * @param body all of it, for its hash is signed
     * @param function with the alias that the address belongs to, if it does
     * @param byIam whether the address wants signed requests
     * @return who calls, empty if it may not
     */
    Optional<UrlCaller> admit(HttpServerRequest request, byte[] body, FunctionArn function, boolean byIam);

    /** Whether browsers may have signed in at this server. */
    default boolean admitsSessions() {
        return false;
    }
}
