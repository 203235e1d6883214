package io.millrace.runtime.runtimeapi;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import java.time.Instant;
import java.util.Set;

/**
 * The server that the processes of one environment talk to, on a loopback port of its own. It outlives them: a reset
 * environment {@linkplain #begin begins} again on the same port. Event loop only, that of the context it was opened on,
 * which also calls the listener; a waiting runtime is answered on the spot.
 */
public final class RuntimeApi {
    /** 6 MiB and 100 bytes. */
    public static final int MAXIMUM_PAYLOAD_BYTES = 6_291_556;

    /** Of external and internal ones together. */
    public static final int MAXIMUM_EXTENSIONS = 10;

    private static final String GET = "GET";
    private static final String POST = "POST";
    private static final String PUT = "PUT";
    private static final String HOST = "127.0.0.1";
    private static final String RUNTIME = "/2018-06-01/runtime/";
    private static final String NEXT = RUNTIME + "invocation/next";
    private static final String INVOCATION = RUNTIME + "invocation/";
    private static final String INIT_ERROR = RUNTIME + "init/error";
    private static final String EXTENSION = "/2020-01-01/extension/";
    private static final int CHUNK_BYTES = 64 * 1024;

    private final HttpServer server;
    private final RemotePayloads remote;
    private final RuntimeSide runtime;
    private final ExtensionSide extensions;
    private final RuntimeApiListener listener;
    /** What is awaited to end is an initialisation or an invocation, and it is not over. */
    private boolean busy;

    private RuntimeApi(HttpServer server, RemotePayloads remote, FunctionFacts facts, RuntimeApiListener listener) {
        this.server = server;
        this.remote = remote;
        this.listener = listener;
        runtime = new RuntimeSide(listener, remote, this::settled);
        extensions = new ExtensionSide(facts, listener, this::settled);
    }

    /** Must be called on {@code context}, an event loop's. */
    public static Future<RuntimeApi> open(Context context, FunctionFacts facts, RuntimeApiListener listener) {
        HttpServer server = context.owner()
                .createHttpServer(new HttpServerOptions()
                        .setTcpNoDelay(true)
                        .setMaxChunkSize(CHUNK_BYTES)
                        .setMaxFormAttributeSize(0));
        RuntimeApi api = new RuntimeApi(server, new RemotePayloads(context.owner()), facts, listener);
        return server.connectionHandler(Trailers::collect)
                .requestHandler(api::route)
                .listen(0, HOST)
                .map(api);
    }

    /** As AWS_LAMBDA_RUNTIME_API gives it, without a scheme. */
    public String authority() {
        return HOST + ":" + server.actualPort();
    }

    /** New processes are about to start; those before are gone. */
    public void begin(Set<String> externalExtensions) {
        busy = true;
        runtime.begin();
        extensions.begin(externalExtensions);
    }

    /** Hands out an invocation; to be called when {@linkplain RuntimeApiListener#idle idle} only. */
    public void dispatch(RuntimeInvocation invocation) {
        busy = true;
        extensions.invoke(invocation);
        runtime.invoke(invocation);
    }

    /** An answer to the current invocation comes too late from now on: its id is no longer known. */
    public void withdraw() {
        busy = false;
        runtime.withdraw();
    }

    /** Tells those extensions that asked for it, at once or when they next ask. */
    public void announceShutdown(String reason, Instant deadline) {
        extensions.shutdown(reason, deadline);
    }

    public boolean hasInternalExtensions() {
        return extensions.hasInternal();
    }

    /** Frees the port; connections are cut. */
    public Future<Void> close() {
        remote.close();
        return server.close();
    }

    private void settled() {
        if (busy && runtime.isWaiting() && extensions.areWaiting()) {
            busy = false;
            extensions.closeRegistration();
            listener.idle();
        }
    }

    private void route(HttpServerRequest request) {
        String path = request.path();
        String method = request.method().name();
        if (GET.equals(method) && NEXT.equals(path)) {
            runtime.next(request);
        } else if (POST.equals(method) && path.startsWith(INVOCATION)) {
            answer(request, path);
        } else if (POST.equals(method) && INIT_ERROR.equals(path)) {
            runtime.initError(request);
        } else if (path.startsWith(EXTENSION)) {
            extension(request, method, path.substring(EXTENSION.length()));
        } else if (PUT.equals(method) && ("/2022-07-01/telemetry".equals(path) || "/2020-08-15/logs".equals(path))) {
            Replies.accepted(request.response());
        } else {
            Replies.notFound(request.response(), method, path);
        }
    }

    private void answer(HttpServerRequest request, String path) {
        int slash = path.indexOf('/', INVOCATION.length());
        String requestId = slash < 0 ? "" : path.substring(INVOCATION.length(), slash);
        String kind = slash < 0 ? "" : path.substring(slash + 1);
        if ("response".equals(kind)) {
            runtime.response(request, requestId);
        } else if ("error".equals(kind)) {
            runtime.error(request, requestId);
        } else {
            Replies.notFound(request.response(), "POST", path);
        }
    }

    private void extension(HttpServerRequest request, String method, String call) {
        if (GET.equals(method) && "event/next".equals(call)) {
            extensions.next(request);
        } else if (POST.equals(method) && "register".equals(call)) {
            extensions.register(request);
        } else if (POST.equals(method) && "init/error".equals(call)) {
            extensions.error(request, listener::initFailed);
        } else if (POST.equals(method) && "exit/error".equals(call)) {
            extensions.error(request, listener::extensionFailed);
        } else {
            Replies.notFound(request.response(), method, EXTENSION + call);
        }
    }
}
