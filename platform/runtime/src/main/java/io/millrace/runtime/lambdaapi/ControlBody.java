package io.millrace.runtime.lambdaapi;

import io.millrace.runtime.lambdaapi.LambdaApiException.RequestEntityTooLargeException;
import io.vertx.core.Future;

/** The body of any operation but Invoke. */
final class ControlBody {
    private ControlBody() {}

    /** @param operation as the refusal of a body that is too large names it */
    static Future<byte[]> read(Request request, String operation) {
        return request.body(
                RequestLimits.CONTROL_BYTES,
                received -> new RequestEntityTooLargeException("Request must be smaller than "
                        + RequestLimits.CONTROL_BYTES + " bytes for the " + operation + " operation"));
    }
}
