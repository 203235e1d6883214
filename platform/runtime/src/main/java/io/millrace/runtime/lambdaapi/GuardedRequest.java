package io.millrace.runtime.lambdaapi;

import io.millrace.runtime.door.DoorRequest;
import io.millrace.runtime.lambdaapi.LambdaApiException.RequestEntityTooLargeException;
import io.vertx.core.Future;
import io.vertx.core.http.HttpServerResponse;
import java.util.Optional;
import java.util.concurrent.Callable;

/** A request as other doors see it, once the gate let it pass. Event loop only. */
final class GuardedRequest implements DoorRequest {
    private final Request request;
    private final Gate gate;

    GuardedRequest(Request request, Gate gate) {
        this.request = request;
        this.gate = gate;
    }

    @Override
    public String path(String parameter) {
        return request.path(parameter);
    }

    @Override
    public Optional<String> query(String name) {
        return request.query(name);
    }

    @Override
    public Optional<String> header(String name) {
        return request.header(name);
    }

    @Override
    public Future<byte[]> body(int limit) {
        return request.body(
                limit,
                received -> new RequestEntityTooLargeException("Request must be smaller than " + limit + " bytes"));
    }

    @Override
    public Optional<String> user() {
        return request.caller().map(caller -> caller.key().user());
    }

    @Override
    public void require(String action) {
        gate.authorize(request, action);
    }

    @Override
    public <T> Future<T> blocking(Callable<T> work) {
        return request.blocking(work);
    }

    @Override
    public HttpServerResponse response() {
        return request.response();
    }
}
